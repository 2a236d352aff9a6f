"""Action units: combinations that occur, and what each does to the 52 face units of the mesh.

An expression is a dictionary AU -> (left, right) in 0..1; FACS intensities A to E are .2, .4, .6, .8 and 1. Besides the
labelled AUs: 16 lower lip drawn down, 18 lips puckered, 19 tongue shown, 22 funnelled; 27 is a strong 26.
"""

import numpy as np

LABELS = [1, 2, 4, 6, 7, 10, 12, 15, 23, 24, 25, 26, 5, 9, 14, 17, 20, 43]  # 43 also covers a blink, 45
_SINGLE = [1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 16, 17, 18, 20, 22, 23, 24, 25, 26, 43]
_MIDDLE = (1, 16, 17, 18, 19, 22, 23, 24, 25, 26)  # have no left and right here

# Kind -> (share, class of expression or None, {AU: (probability, lowest, highest)}).
# fmt: off
KINDS = {
    "smile": (1.6, "happiness", {12: (1, .35, 1), 6: (.75, .2, .9), 25: (.55, .1, .7), 7: (.15, .1, .4)}),
    "laugh": (2.2, "happiness", {12: (1, .6, 1), 6: (1, .5, 1), 7: (.6, .1, .7), 25: (1, .5, 1), 26: (1, .3, 1),
        10: (.3, .1, .4), 43: (.3, .3, 1), 1: (.1, .1, .4), 2: (.1, .1, .4)}),
    "polite": (.9, "happiness", {12: (1, .25, .6), 1: (.2, .1, .5), 2: (.2, .1, .5), 24: (.15, .1, .4)}),
    "surprise": (1.4, "surprise", {1: (1, .5, 1), 2: (1, .5, 1), 5: (.9, .3, 1), 25: (.9, .3, 1), 26: (.9, .3, 1)}),
    "brows": (.8, None, {1: (.8, .2, 1), 2: (.8, .2, 1), 5: (.4, .1, .7)}),
    "sad": (1.8, "sadness", {1: (.9, .3, 1), 4: (.8, .2, .8), 15: (.9, .3, 1), 17: (.6, .2, .9), 7: (.2, .1, .5),
        43: (.15, .2, .5), 24: (.1, .1, .4)}),
    "downcast": (1.0, "sadness", {15: (1, .3, 1), 17: (.5, .2, .8), 1: (.5, .2, .7), 43: (.3, .2, .6),
        4: (.3, .1, .5)}),
    "weep": (1.0, "sadness", {1: (.7, .3, .9), 4: (1, .4, 1), 6: (.8, .3, .9), 7: (.8, .3, .9), 15: (.8, .3, 1),
        20: (.5, .2, .7), 17: (.7, .3, 1), 25: (.5, .2, .6), 10: (.4, .2, .6), 43: (.5, .4, 1)}),
    "anger": (1.8, "anger", {4: (1, .4, 1), 7: (.7, .2, .9), 5: (.35, .2, .7), 23: (.65, .3, 1), 24: (.55, .2, 1),
        17: (.3, .1, .7), 10: (.1, .1, .3)}),
    "shout": (1.1, "anger", {4: (1, .5, 1), 7: (.6, .2, .9), 10: (.6, .3, 1), 9: (.4, .2, .8), 16: (.5, .2, .8),
        25: (1, .5, 1), 26: (1, .4, 1), 20: (.3, .1, .6), 5: (.3, .2, .6)}),
    "snarl": (.8, "anger", {4: (1, .4, 1), 9: (.6, .2, .8), 10: (1, .4, 1), 25: (.9, .3, .7), 7: (.6, .2, .9),
        16: (.3, .2, .6)}),
    "disgust": (1.2, "disgust", {9: (.8, .3, 1), 10: (.85, .3, 1), 4: (.5, .1, .7), 7: (.5, .1, .8),
        17: (.4, .2, .8), 15: (.35, .2, .7), 25: (.35, .1, .5), 6: (.3, .2, .6)}),
    "fear": (1.0, "fear", {1: (1, .4, 1), 2: (.8, .3, .9), 4: (.85, .3, .9), 5: (.9, .4, 1), 20: (.75, .3, 1),
        25: (.85, .2, .8), 26: (.6, .2, .7), 7: (.2, .2, .5)}),
    "focus": (1.2, None, {4: (1, .25, 1), 7: (.7, .2, .8), 24: (.25, .2, .8), 23: (.2, .2, .8)}),
    "pain": (1.2, None, {4: (1, .4, 1), 6: (.8, .3, 1), 7: (.9, .4, 1), 9: (.4, .2, .8), 10: (.6, .2, .9),
        43: (.6, .5, 1), 25: (.7, .2, .9), 20: (.5, .2, .9), 26: (.2, .1, .4), 16: (.4, .2, .7), 12: (.1, .1, .3)}),
    "worry": (.9, None, {1: (1, .3, 1), 4: (1, .2, .8), 24: (.3, .2, .7), 23: (.2, .2, .7), 15: (.2, .1, .5)}),
    "pressed": (1.1, None, {24: (.85, .3, 1), 23: (.5, .3, 1), 17: (.4, .2, .8), 14: (.3, .2, .7), 4: (.15, .1, .5)}),
    "tight": (.8, None, {23: (1, .3, 1), 4: (.3, .2, .8), 7: (.3, .2, .7), 17: (.2, .1, .5)}),
    "smirk": (.7, "other", {14: (.7, .3, 1), 12: (.5, .2, .7), 24: (.2, .1, .5), 2: (.2, .2, .7)}),
    "speech": (1.4, None, {25: (.9, .1, .8), 26: (.7, .1, .7), 16: (.3, .2, .8), 22: (.3, .2, .8), 18: (.25, .2, .8),
        20: (.15, .2, .6), 12: (.2, .1, .5), 10: (.15, .1, .5), 1: (.15, .1, .6), 2: (.15, .1, .6),
        4: (.15, .1, .6)}),
    "yawn": (.3, None, {25: (1, .9, 1), 26: (1, .9, 1), 43: (.9, .4, 1), 4: (.4, .1, .5), 9: (.3, .1, .4),
        7: (.4, .2, .6)}),
    "squint": (.5, None, {7: (1, .4, 1), 6: (.5, .2, .6), 4: (.4, .1, .6), 43: (.1, .2, .4)}),
    "blink": (.4, None, {43: (1, .5, 1), 7: (.1, .1, .4)}),
}
# fmt: on


def sample(rng):
    """(expression, kind): a neutral face, one or two AUs, a kind of above, or any three to five."""
    chosen, u = {}, rng.random()
    if u < 0.08:
        kind = "neutral"
        for unit in rng.choice(_SINGLE[:20], 2, replace=False):
            chosen[int(unit)] = rng.uniform(0, 0.06)
    elif u < 0.20:
        kind = "single"
        chosen[int(rng.choice(_SINGLE))] = rng.uniform(0.2, 1)
    elif u < 0.28:
        kind = "pair"
        for unit in rng.choice(_SINGLE, 2, replace=False):
            chosen[int(unit)] = rng.uniform(0.2, 1)
    elif u < 0.86:
        shares = np.array([share for share, _, _ in KINDS.values()])
        kind = str(rng.choice(list(KINDS), p=shares / shares.sum()))
        gain = rng.uniform(0.6, 1.3)
        for unit, (chance, low, high) in KINDS[kind][2].items():
            if rng.random() < chance:
                chosen[unit] = min(1, gain * rng.uniform(low, high))
    else:
        kind = "mix"
        for unit in rng.choice(_SINGLE[:20], rng.integers(3, 6), replace=False):
            chosen[int(unit)] = min(1, rng.beta(1.3, 1.6))
    if 43 not in chosen and rng.random() < 0.07:
        chosen[43] = rng.uniform(0.3, 1)
    if 26 in chosen and rng.random() < 0.04:
        chosen[19] = rng.uniform(0.3, 1)
    return sides(possible(chosen, kind, rng), kind, rng), kind


def possible(chosen, kind, rng):
    """Without what muscles and lips cannot do together. Intensities by AU, one for both sides."""
    a = dict(chosen)
    if a.get(24, 0) > 0.25 and 25 in a and rng.random() < 0.9:
        for unit in (25, 26, 16, 22):
            a.pop(unit, None)
    if kind in ("pressed", "tight"):
        for unit in (25, 26, 16, 22):
            a.pop(unit, None)
    if 25 in a and a[25] > 0.3:
        for unit in (24, 23):
            if unit in a:
                a[unit] *= 0.3
    if 12 in a and 15 in a:
        weaker = 15 if a[12] > a[15] or rng.random() < 0.3 else 12
        a[weaker] *= 0.3
    if 26 in a and 17 in a:
        a[17] *= 0.4
    if 20 in a and 18 in a:
        del a[18]
    if a.get(43, 0) > 0.4:
        a.pop(5, None)
    if 18 in a and 12 in a:
        a[18] *= 0.4
    if 22 in a and 18 in a:
        del a[22]
    if 26 in a and 25 not in a:
        a[25] = min(1, a[26] * rng.uniform(0.5, 1.1))
    return a


def sides(chosen, kind, rng):
    """(left, right) of each AU: nearly alike, in one face of fourteen quite unlike."""
    result = {}
    lopsided = rng.random() < (0.6 if kind == "smirk" else 0.07)
    for unit, value in chosen.items():
        weaker = value * (1 - abs(rng.normal(0, 0.12)))
        if lopsided and unit in (2, 4, 6, 7, 10, 12, 14, 15) and (kind == "smirk" or rng.random() < 0.5):
            weaker = value * rng.uniform(0, 0.4)
        pair = (value, weaker) if rng.random() < 0.5 else (weaker, value)
        if unit in _MIDDLE:
            pair = (value, value)
        if unit == 43:
            pair = (value, value * (1 - abs(rng.normal(0, 0.04)))) if rng.random() < 0.95 else (value, 0.0)
        result[unit] = (float(np.clip(pair[0], 0, 1)), float(np.clip(pair[1], 0, 1)))
    return result


# AU -> face units; a trailing "*" stands for Left and Right.
_UNITS = {
    1: {"browInnerUp": 1.25},
    2: {"browOuterUp*": 1.15},
    4: {"browDown*": 1.1},
    5: {"eyeWide*": 1.0},
    6: {"cheekSquint*": 0.85, "eyeSquint*": 0.45},
    7: {"eyeSquint*": 1.1, "eyeBlink*": 0.16},
    9: {"noseSneer*": 1.25, "browDown*": 0.3, "mouthUpperUp*": 0.25},
    10: {"mouthUpperUp*": 1.25, "noseSneer*": 0.3},
    12: {"mouthSmile*": 1.0},
    14: {"mouthDimple*": 1.2},
    15: {"mouthFrown*": 1.25},
    16: {"mouthLowerDown*": 1.0},
    17: {"mouthShrugLower": 1.0, "mouthShrugUpper": 0.4},
    18: {"mouthPucker": 1.0},
    19: {"tongueOut": 0.5},
    20: {"mouthStretch*": 1.2},
    22: {"mouthFunnel": 0.9},
    23: {"mouthRollLower": 0.6, "mouthRollUpper": 0.6, "mouthPucker": 0.25},
    24: {
        "mouthPress*": 0.7,
        "mouthRollLower": 0.5,
        "mouthRollUpper": 0.5,
        "mouthPucker": 0.12,
        "mouthShrugLower": 0.25,
    },
    26: {"jawOpen": 0.85},
    43: {"eyeBlink*": 1.0},
}


class Anatomy:
    """How one person's muscles act: gains of each AU, and what parts the lips (jaw, lower lip or upper lip)."""

    def __init__(self, rng):
        self.gains = {unit: rng.uniform(0.85, 1.15) for unit in _UNITS}
        self.reach = rng.uniform(0.95, 1.25)
        self.parting = rng.dirichlet([1.5, 1, 0.6])
        self.bared, self.widened, self.raised = rng.uniform(0.2, 0.6), rng.uniform(0, 0.4), rng.uniform(0.1, 0.35)


def face_units(expression, anatomy):
    """Weights of the mesh's face units, {name: amount}."""
    weights = {}

    def add(name, amount):
        weights[name] = weights.get(name, 0) + amount

    def level(unit):
        return max(expression.get(unit, (0, 0)))

    for unit, (left, right) in expression.items():
        for name, amount in _UNITS.get(unit, {}).items():
            amount = amount * anatomy.gains[unit]
            if name.endswith("*"):
                add(name[:-1] + "Left", amount * left)
                add(name[:-1] + "Right", amount * right)
            else:
                add(name, amount * (left + right) / 2)
    if 25 in expression:
        parted, share = level(25), anatomy.parting * (0.4 if 26 in expression else 1)
        add("jawOpen", 0.5 * parted * share[0])
        for side in ("Left", "Right"):
            add("mouthLowerDown" + side, 1.3 * parted * share[1])
            add("mouthUpperUp" + side, 0.5 * parted * share[2])
    if 12 in expression and 25 in expression:  # a smile with parted lips bares the upper teeth and widens
        parted = max(level(25), level(26))
        for side, smile in zip(("Left", "Right"), expression[12]):
            add("mouthUpperUp" + side, anatomy.bared * smile * parted)
            add("mouthSmile" + side, anatomy.raised * smile * parted)
            add("mouthStretch" + side, anatomy.widened * smile * parted)
    for side, four in zip(("Left", "Right"), expression.get(4, (0, 0))):
        # Inner brows that rise and draw together do not go down as well.
        if "browDown" + side in weights:
            weights["browDown" + side] *= 1 - 0.65 * level(1)
        blink = weights.get("eyeBlink" + side, 0)
        if blink > 0.5:  # closed lids do not squint much further
            weights["eyeSquint" + side] = weights.get("eyeSquint" + side, 0) * (1.3 - 0.6 * blink)
            weights["eyeWide" + side] = 0
    limited = {}
    for name, amount in weights.items():
        steady = name == "jawOpen" or name.startswith(("eyeBlink", "mouthRoll", "mouthPress", "tongue"))
        limited[name] = min(amount * (1 if steady else anatomy.reach), 1 if name.startswith("eyeBlink") else 1.5)
    return limited


def labels(expression):
    """[18] degrees in LABELS' order, and their left and right, [18, 2]; 25 and 26 are measured on the mesh afterwards."""
    both = np.array([expression.get(unit, (0, 0)) for unit in LABELS], np.float32)
    return (both.max(1) + both.mean(1)) / 2, both
