"""A studio full of random people: everything needed to take their pictures."""

import numpy as np

from . import expression as units
from . import identity, props
from .assets import Head
from .canvas import Canvas, Noise
from .deform import Deformer
from .furrows import Furrows
from .hair import Hair
from .scene import Scene, View, prepare
from .skin import Look


class Studio:
    """What all people share. Loading takes a few seconds."""

    def __init__(self, folder):
        self.head = prepare(Head(folder))
        self.canvas, self.noise = Canvas(self.head), Noise()
        self.furrows, self.deformer = Furrows(self.canvas), Deformer(self.head)
        self.details = identity.details(self.head)


class Sitter:
    """One person with looks, hair and perhaps glasses; a pure function of the seed."""

    def __init__(self, studio, seed):
        self.studio, rng = studio, np.random.default_rng([seed, 1])
        self.seed = seed
        self.person = identity.person(rng, studio.head, studio.details)
        teeth = np.array([0, -rng.uniform(0, 0.05), rng.uniform(0, 0.03)], np.float32)
        self.person.tags["upper_teeth"] = teeth
        self.look = Look(rng, studio.canvas, studio.noise, self.person)
        self.hair = Hair(rng, studio.canvas, studio.noise, self.person, self.look)
        self.rest = studio.deformer.rest(self.person)
        self.rest_gap = np.maximum(studio.deformer.gap(studio.deformer.shaped(self.person, {}, (0, 0))[0]), 0)
        self.glasses, self.lenses, self.sun = None, [], 0
        if rng.random() < 0.16:
            self.sun = rng.uniform(0.75, 0.97) if rng.random() < 0.15 else 0
            eyes = np.stack([self.rest[index].mean(0) for index in studio.head.eyes])
            self.glasses, self.lenses = props.glasses(rng, self.rest, eyes, self.sun)

    def picture(self, rng, expression, view, cover=None):
        """(image [96, 96, 3] uint8, labels): AUs and their sides, pose, gaze, visible shares, kind of cover."""
        deformer = self.studio.deformer
        vertices, jaw = deformer.shaped(self.person, expression, view.gaze)
        things, extras = [], {}
        if self.glasses is not None:
            things.append(self.glasses)
            extras = {
                "lenses": self.lenses,
                "sun": self.sun,
                "glare": rng.uniform(0.05, 0.5) if rng.random() < 0.3 else 0,
            }
        if cover == "hand":
            item, cover = props.hand(rng, self.look.skin)
            things.append(item)
        elif cover == "thing":
            item, cover = props.thing(rng)
            things.append(item)
        elif cover == "mask":
            extras["mask"] = (
                np.array([0.55, 0.72, 0.8])
                if rng.random() < 0.5
                else rng.uniform(0.02, 0.9) * np.exp(rng.normal(0, 0.15, 3))
            )
        scene = Scene(
            self.studio.head,
            self.studio.canvas,
            self.studio.furrows,
            self.studio.noise,
            vertices,
            self.rest,
            view,
            things,
        )
        image, visible = scene.render(rng, self.look, self.hair, expression, extras)
        degrees, both = units.labels(expression)
        gap = max(0.0, float((deformer.gap(vertices) - self.rest_gap).max()))
        parted = 0 if gap < 0.008 else min(1, (gap / 0.17) ** 0.6)
        opened = min(1, jaw / 0.65)
        for unit, degree in ((25, parted), (26, opened)):
            index = units.LABELS.index(unit)
            degrees[index], both[index] = degree, degree
        pose = np.degrees([view.yaw, view.pitch, view.tilt])
        return image, {
            "au": degrees,
            "sides": both,
            "pose": pose.astype(np.float32),
            "gaze": np.degrees(view.gaze).astype(np.float32),
            "visible": visible,
            "cover": cover or "none",
        }


def random_cover(rng):
    """One picture of nine has something before the face."""
    return str(rng.choice(["hand", "thing", "mask"], p=[0.62, 0.23, 0.15])) if rng.random() < 0.11 else None


def more(expression, rng):
    """The same expression with a little more of one AU, and that AU; None where there is nothing to add to."""
    able = [
        unit
        for unit, pair in expression.items()
        if unit in units.LABELS and unit not in (25, 26, 43) and max(pair) < 0.75
    ]
    if not able:
        return None, 0
    unit = int(rng.choice(able))
    step = rng.uniform(0.2, 0.4)
    changed = dict(expression)
    changed[unit] = tuple(min(1.0, value + step) for value in expression[unit])
    return changed, unit


def new_view(rng):
    return View(rng)
