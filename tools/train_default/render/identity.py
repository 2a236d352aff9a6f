"""Who it is: age, sex, origin, build, and the details of a face, as weights of the head's targets."""

from dataclasses import dataclass, field

import numpy as np

from .expression import Anatomy

_OPPOSITES = [
    ("incr", "decr"),
    ("up", "down"),
    ("in", "out"),
    ("forward", "backward"),
    ("convex", "concave"),
    ("compress", "uncompress"),
]
_NO_DETAIL = (
    "universal",
    "caucasian",
    "asian",
    "african",
    "asym",
    "measure",
    "r-",
    "neck-trans",
    "head-trans",
    "head-angle",
)


@dataclass
class Person:
    """One identity. `weights` shape the head at rest."""

    age: float
    male: float  # 0..1
    origin: np.ndarray  # shares of three heads: Caucasian, Asian, African
    weight: float
    weights: dict
    anatomy: Anatomy
    height: float  # of the face, against the mesh's
    tone: float = 0  # of the skin, 0 light to 1 dark
    tags: dict = field(default_factory=dict)  # beard, hair and the like
    shape: np.ndarray | None = None  # vertices before shortening, kept by the deformer


def details(head):
    """Pairs of opposite targets of the left side and the middle; the right side follows the left."""
    names, pairs = head.targets, []
    for name in names:
        if "-" not in name or name.startswith(_NO_DETAIL):
            continue
        for plus, minus in _OPPOSITES:
            if name.endswith("-" + plus) and name[: -len(plus)] + minus in names:
                pairs.append((name, name[: -len(plus)] + minus))
                break
        else:
            if not any(name.endswith("-" + minus) for _, minus in _OPPOSITES):
                pairs.append((name, None))
    return pairs


def _three(value, name):
    """Shares of the average and of one extreme."""
    extreme = ("max" if value > 0 else "min") + name
    return {"average" + name: 1 - min(1, abs(value)), extreme: min(1, abs(value))}


def person(rng, head, pairs):
    """A random person. Ages run from 6 to 85; brows and mouths at rest vary no more than people's do."""
    origin = rng.dirichlet([0.4, 0.4, 0.4])
    male = rng.choice([rng.uniform(0, 0.15), rng.uniform(0.85, 1), rng.uniform(0.2, 0.8)], p=[0.46, 0.46, 0.08])
    age = rng.choice(
        [rng.uniform(18, 35), rng.uniform(35, 60), rng.uniform(60, 85), rng.uniform(6, 17)], p=[0.42, 0.32, 0.14, 0.12]
    )
    if age < 18:
        ages = {"child": (18 - age) / 11 * 0.9, "young": 1 - (18 - age) / 11 * 0.9}
    else:
        old = float(np.clip((age - 25) / 60, 0, 1))
        ages = {"young": 1 - old, "old": old}
    muscle, weight = rng.normal(0, 0.4), rng.normal(0, 0.5)
    weights = {}
    for sex, share in (("male", male), ("female", 1 - male)):
        for stage, of_age in ages.items():
            for race, of_race in zip(("caucasian", "asian", "african"), origin):
                weights[f"{race}-{sex}-{stage}"] = share * of_age * of_race
            for m, of_muscle in _three(muscle, "muscle").items():
                for w, of_weight in _three(weight, "weight").items():
                    weights[f"universal-{sex}-{stage}-{m}-{w}"] = share * of_age * of_muscle * of_weight
    for plus, minus in pairs:
        if rng.random() > 0.5:
            continue
        small = plus.startswith(("mouth", "eyebrows", "l-eye", "l-cheek"))
        value = float(np.clip(rng.normal(0, 0.17 if small else 0.28), -0.6, 0.6))
        if plus.startswith(("mouth-angles", "eyebrows-angle", "mouth-laugh", "mouth-dimples", "eyebrows-trans")):
            value *= 0.5
        name = plus if value > 0 or minus is None else minus
        weights[name] = weights.get(name, 0) + abs(value)
        if name.startswith("l-"):
            weights["r-" + name[2:]] = abs(value) * float(np.clip(rng.normal(1, 0.1), 0.6, 1.4))
    asymmetries = [name for name in head.targets if name.startswith("asym-")]
    for name in rng.choice(asymmetries, 4, replace=False):
        weights[str(name)] = abs(rng.normal(0, 0.18))
    return Person(
        age=float(age),
        male=float(male),
        origin=origin,
        weight=float(weight),
        weights=weights,
        anatomy=Anatomy(rng),
        height=rng.uniform(0.86, 0.98),
    )
