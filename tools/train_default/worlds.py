"""Batches of real and rendered faces, each with the targets it can be trusted for.

Real faces (FER2013, grey, 48 x 48) bring crowd votes, and AUs from the blendshape model where that model is right.
Rendered faces (render/, colour, 96 x 96) bring exact AUs, also where it is blind. Every target has a weight; 0 is
unknown.
"""

import glob
import os
from dataclasses import dataclass

import numpy as np
import torch

import augment
import data

UNITS = [
    1,
    2,
    4,
    6,
    7,
    10,
    12,
    15,
    23,
    24,
    25,
    26,
    5,
    9,
    14,
    17,
    20,
    43,
]  # the twelve of the heads, and six beside them
_AT = {unit: index for index, unit in enumerate(UNITS)}
# How far the blendshape model is believed. It is blind to AU4, 6, 15, 23 and 24, and half right on AU10 and 12.
BELIEF = {1: 1.0, 2: 1.0, 7: 0.8, 10: 0.3, 12: 0.6, 25: 1.0, 26: 1.0}
# Which part of the face each AU is seen in: brows, eyes, nose, mouth.
_REGION = {1: 0, 2: 0, 4: 0, 6: 1, 7: 1, 5: 1, 43: 1, 9: 2}
HELD_OUT = 10  # of ten rendered people one is never trained on
PARTED_LIPS = 3  # the version of the renderer since which AU25 is measured on the lips; before it is unknown
# Expressions that a kind of rendered face certainly shows, or certainly not.
SHOWN = {
    "smile": "happiness",
    "laugh": "happiness",
    "polite": "happiness",
    "surprise": "surprise",
    "sad": "sadness",
    "downcast": "sadness",
    "weep": "sadness",
    "anger": "anger",
    "shout": "anger",
    "snarl": "anger",
    "disgust": "disgust",
    "fear": "fear",
}
NOT_SHOWN = {
    "pain": ("happiness", "surprise", "neutral"),
    "weep": ("happiness", "surprise"),
    "shout": ("happiness", "surprise"),
    "snarl": ("happiness", "surprise"),
    "pressed": ("happiness", "surprise"),
    "tight": ("happiness", "surprise"),
    "focus": ("happiness", "surprise"),
    "yawn": ("happiness", "anger"),
}


@dataclass
class Rendered:
    """Rendered faces of training people, or of those held out."""

    images: torch.Tensor  # [N, 3, 96, 96] uint8
    units: torch.Tensor  # [N, 18]
    unit_weights: torch.Tensor  # [N, 18], small where the part of the face is covered
    pose: torch.Tensor  # [N, 2] yaw and pitch, in units of 45 degrees
    visible: torch.Tensor  # [N, 4]
    votes: torch.Tensor  # [N, 8]
    vote_weights: torch.Tensor  # [N]
    denied: torch.Tensor  # [N, 8], 1 for expressions that are certainly not there
    kind: list
    person: torch.Tensor

    def __len__(self):
        return len(self.images)


def rendered(folders, held_out=False):
    """Reads the shards that are there. One person of ten is held out."""
    columns, measured = {key: [] for key in ("images", "au", "pose", "visible", "kind", "person")}, []
    for path in [path for folder in folders for path in sorted(glob.glob(os.path.join(folder, "*.npz")))]:
        with np.load(path) as file:
            chosen = (file["person"] % HELD_OUT == 0) == held_out
            for key in columns:
                columns[key].append(file[key][chosen])
            measured.append(np.full(chosen.sum(), file["version"] >= PARTED_LIPS))
    arrays = {key: np.concatenate(parts) for key, parts in columns.items()}
    units, visible = arrays["au"].astype(np.float32), arrays["visible"].astype(np.float32)
    weights = np.stack([np.clip(visible[:, _REGION.get(unit, 3)] * 1.6 - 0.4, 0.08, 1) for unit in UNITS], 1)
    weights[~np.concatenate(measured), _AT[25]] = 0
    votes, vote_weights, denied = expressions(arrays["kind"], units, visible)
    return Rendered(
        images=torch.from_numpy(arrays["images"]).permute(0, 3, 1, 2).contiguous(),
        units=torch.from_numpy(units),
        unit_weights=torch.from_numpy(weights.astype(np.float32)),
        pose=torch.from_numpy(arrays["pose"][:, :2].astype(np.float32) / 45),
        visible=torch.from_numpy(visible),
        votes=votes,
        vote_weights=vote_weights,
        denied=denied,
        kind=[str(kind) for kind in arrays["kind"]],
        person=torch.from_numpy(arrays["person"].astype(np.int64)),
    )


def expressions(kinds, units, visible):
    """Votes for rendered faces: shared with neutral by the strongest AU, and only where mouth and brows are seen."""
    names, count = data.EXPRESSIONS, len(kinds)
    votes, weights, denied = (
        np.zeros((count, 8), np.float32),
        np.zeros(count, np.float32),
        np.zeros((count, 8), np.float32),
    )
    for i, kind in enumerate(kinds):
        kind = str(kind)
        strength = float(units[i].max())
        clear = visible[i, 3] > 0.6 and visible[i, 0] > 0.4
        if kind in SHOWN and clear:
            sure = np.clip((strength - 0.15) / 0.45, 0, 1) * 0.85
            votes[i, names.index(SHOWN[kind])] = sure
            votes[i, 0] += 1 - sure
            weights[i] = 1 if strength > 0.5 else 0.3
        elif kind == "neutral" and clear:
            votes[i, 0], weights[i] = 1, 0.5
        if strength > 0.4 and clear:
            for name in NOT_SHOWN.get(kind, ()):
                denied[i, names.index(name)] = 1
    return torch.from_numpy(votes), torch.from_numpy(weights), torch.from_numpy(denied)


def real_targets(faces):
    """(degrees [N, 18], weights [N, 18]) of real faces: the blendshape model where it is believed, clear votes elsewhere.

    A face that nearly all call happy smiles, and frowns with neither brows nor mouth; lips that part are not pressed.
    """
    count = len(faces)
    degrees, weights = torch.zeros(count, 18), torch.zeros(count, 18)
    known = ~faces.action_units[:, 0].isnan()
    teacher = faces.action_units.nan_to_num()
    for unit, belief in BELIEF.items():
        column = _AT[unit]
        degrees[:, column] = teacher[:, data.ACTION_UNITS.index(unit)]
        weights[:, column] = belief * known
    votes = {name: faces.votes[:, index] for index, name in enumerate(data.EXPRESSIONS)}

    def anchor(condition, unit, low=None, high=None, weight=0.5):
        """Where the condition holds, the degree is at least `low`, or at most `high`."""
        column = _AT[unit]
        value = degrees[:, column]
        if low is not None:
            value = torch.where(weights[:, column] > 0, value.clamp(min=low), torch.full_like(value, low))
        if high is not None:
            value = torch.where(weights[:, column] > 0, value.clamp(max=high), torch.full_like(value, high))
        degrees[:, column] = torch.where(condition, value, degrees[:, column])
        weights[:, column] = torch.where(condition, weights[:, column].clamp(min=weight), weights[:, column])

    happy, angry, sad = votes["happiness"] > 0.85, votes["anger"] > 0.6, votes["sadness"] > 0.6
    surprised, calm, afraid = votes["surprise"] > 0.75, votes["neutral"] > 0.85, votes["fear"] > 0.5
    for unit in (4, 15, 23, 24):
        anchor(happy, unit, high=0.02)
    anchor(happy, 12, low=0.75, weight=1)
    smile, squint = teacher[:, data.ACTION_UNITS.index(12)], teacher[:, data.ACTION_UNITS.index(6)]
    degrees[:, _AT[6]] = torch.where(happy | calm, squint, degrees[:, _AT[6]])
    weights[:, _AT[6]] = torch.where((happy | calm) & known, torch.tensor(0.4), weights[:, _AT[6]])
    for unit in (4, 12, 15, 23, 24):
        anchor(surprised, unit, high=0.02, weight=0.3)
    anchor(angry, 4, low=0.6, weight=0.4)
    anchor(angry | sad, 12, high=0.08, weight=0.8)
    anchor(sad, 15, low=0.35, weight=0.25)
    anchor(sad, 4, low=0.35, weight=0.2)
    anchor(afraid, 12, high=0.1, weight=0.6)
    anchor(afraid, 4, low=0.35, weight=0.2)
    for unit, weight in ((4, 0.25), (6, 0.3), (15, 0.25), (12, 0.5), (23, 0.15), (24, 0.15)):
        anchor(calm, unit, high=0.05, weight=weight)
    apart = known & (teacher[:, data.ACTION_UNITS.index(25)] > 0.35)
    for unit in (23, 24):
        anchor(apart, unit, high=0.02, weight=0.5)
    del smile
    return degrees, weights


class Worlds:
    """Batches of `real` and `made` faces; a pure function of (seed, step), so that training resumes at any step."""

    def __init__(self, faces, rendered_faces, size, real, made, strength, believed=None):
        self.faces, self.rendered = faces, rendered_faces
        self.size, self.real, self.made, self.strength = size, real, made, strength
        self.degrees, self.weights = real_targets(faces)
        self.mirrored_channel = None  # of each blendshape, to ask for them as well
        self.believed = faces.votes if believed is None else believed  # [N, 8] votes, or votes and a model's opinion
        share = torch.bincount(faces.label, minlength=8) / len(faces)
        repeats = (0.1 / share).clamp(min=1).pow(0.4)[faces.label]
        self.chances = repeats / repeats.sum()
        strong = rendered_faces.units.max(1).values
        self.made_chances = (
            torch.where(strong < 0.1, 0.6, 1.0)
            + torch.tensor([kind in ("laugh", "weep", "pain", "anger", "sad", "focus") for kind in rendered_faces.kind])
            * 0.3
        )

    def batch(self, seed, step):
        """(images [real + made, 3, S, S] in -1..1, targets, each [real + made, ...])."""
        generator = torch.Generator().manual_seed(seed * 1_000_003 + step)
        views = augment.Augmentation(self.strength, generator)
        chosen = torch.multinomial(self.chances, self.real, replacement=True, generator=generator)
        faces = self.faces
        pose, mirror, aspect = views.pose(faces.landmarks[chosen])
        first = augment.warp(augment.to_float(faces.images[chosen]), pose, mirror, aspect, self.size)
        first = views.colour(views.occlude(views.record(views.light(first))))
        made = torch.multinomial(self.made_chances, self.made, replacement=True, generator=generator)
        second = self._rendered(made, views, generator)
        r = self.rendered
        blank = torch.zeros(self.real, 1)
        targets = {
            "votes": torch.cat([self.believed[chosen], r.votes[made]]),
            "vote_weights": torch.cat([torch.ones(self.real), r.vote_weights[made]]),
            "denied": torch.cat([blank.expand(-1, 8), r.denied[made]]),
            "units": torch.cat([self.degrees[chosen], r.units[made]]),
            "unit_weights": torch.cat([self.weights[chosen], r.unit_weights[made]]),
            "pose": torch.cat([blank.expand(-1, 2), r.pose[made] * self._flip]),
            "visible": torch.cat([blank.expand(-1, 4), r.visible[made]]),
            "rendered": torch.cat([torch.zeros(self.real), torch.ones(self.made)]),
            "blendshapes": torch.cat([self._blendshapes(chosen, mirror), torch.full((self.made, 52), float("nan"))]),
        }
        return torch.cat([first, second]), targets

    def _blendshapes(self, chosen, mirror):
        scores = self.faces.blendshapes[chosen]
        if self.mirrored_channel is None:
            return torch.full_like(scores, float("nan"))
        return torch.where(mirror[:, None], scores[:, self.mirrored_channel], scores)

    def _rendered(self, made, views, generator):
        """Rendered faces at the student's size: half of them grey like the real ones, and half of them no sharper."""
        count = len(made)
        pose = views._normal(count, 4) * torch.tensor([0.11, 0.12, 0.07, 0.07]) * self.strength
        mirror, aspect = views._chance(count, 0.5), views._normal(count) * 0.04 * self.strength
        self._flip = torch.stack([torch.where(mirror, -1.0, 1.0), torch.ones(count)], 1)
        images = augment.warp(augment.to_float(self.rendered.images[made]), pose, mirror, aspect, self.size)
        grey = views._chance(count, 0.45)
        shades = (images * torch.tensor([0.3, 0.59, 0.11]).view(1, 3, 1, 1)).sum(1, keepdim=True)
        cast = views.colour(shades)
        images = torch.where(grey[:, None, None, None], cast, images)
        soft = views._chance(count, 0.5).nonzero()[:, 0]
        if len(soft):
            side = int(torch.randint(26, 52, (), generator=generator))
            images = images.index_copy(0, soft, augment.shrink_and_enlarge(images[soft], side))
        return views.occlude(views.record(views.light(images)))
