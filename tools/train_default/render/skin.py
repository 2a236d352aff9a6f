"""What a person's skin, brows, lips and beard look like: painted once for each person, on the canvas."""

import cv2
import numpy as np

from .canvas import COLUMNS, DENSITY, ROWS, smooth


def _linear(code):
    return (np.array([int(code[i : i + 2], 16) for i in (0, 2, 4)], np.float32) / 255) ** 2.2


TONES = np.array(
    [
        _linear(c)
        for c in (
            "f3dfd0",
            "f0d3bd",
            "e8c6a6",
            "dfb692",
            "cf9f77",
            "b98a62",
            "a07250",
            "825c43",
            "604134",
            "46322a",
            "33261f",
        )
    ]
)
HAIR = np.array(
    [
        _linear(c)
        for c in ("0c0a09", "140f0c", "2a1d14", "3f2a1b", "5b3f27", "8a6239", "b08a55", "8f8b86", "c9c6c2", "7a3b1e")
    ]
)
IRIS = np.array([_linear(c) for c in ("2a180e", "3a2415", "56361d", "6b5a34", "5c6e55", "6b8aa0", "8fa7b5")])


class Look:
    """Colours of one person, and `layers` [rows, columns, 5]: albedo, gloss and relief (pores, beard)."""

    def __init__(self, rng, canvas, noise, person):
        self.canvas, self.noise, self.person = canvas, noise, person
        self.female = person.male < 0.5
        origin = float(person.origin @ [0.2, 0.35, 0.8])
        tone = np.clip(origin + rng.normal(0, 0.12) if rng.random() < 0.75 else rng.uniform(0, 1), 0, 1)
        person.tone = float(tone)
        position = tone * (len(TONES) - 1)
        low = min(int(position), len(TONES) - 2)
        self.skin = TONES[low] * (1 - position + low) + TONES[low + 1] * (position - low)
        self.skin = (self.skin * np.exp(rng.normal(0, 0.06, 3))).astype(np.float32)
        self.grey = person.age > 45 and rng.random() < (person.age - 40) / 45
        if self.grey:
            hair = HAIR[rng.choice([7, 8])]
        elif position < 5:
            hair = HAIR[rng.choice(len(HAIR), p=[0.22, 0.2, 0.17, 0.13, 0.1, 0.05, 0.05, 0.02, 0.02, 0.04])]
        else:
            hair = HAIR[rng.choice([0, 1, 2, 7], p=[0.55, 0.28, 0.13, 0.04])]
        self.hair = (hair * rng.uniform(0.8, 1.3)).astype(np.float32)
        blue = tone < 0.45 and person.origin[0] > 0.35
        self.iris = IRIS[
            rng.choice(len(IRIS), p=[0.2, 0.22, 0.16, 0.12, 0.1, 0.1, 0.1] if blue else [0.5, 0.35, 0.15, 0, 0, 0, 0])
        ]
        self.iris = self.iris * rng.uniform(0.7, 1.3)
        self.iris_size, self.pupil, self.white = rng.uniform(0.46, 0.54), rng.uniform(0.15, 0.28), rng.uniform(0.6, 1)
        self.teeth = rng.uniform(0.6, 1.1) * np.array([0.74, 0.69, 0.60]) * np.array([1, 1, rng.uniform(0.85, 1)])
        self.furrow_gain = rng.uniform(0.5, 1.5)
        self.age_lines = np.clip((person.age - 30) / 45, 0, 1) * rng.uniform(0, 0.6, 6)
        self.variant = int(rng.integers(1000))
        self.furrow_colour = rng.uniform(0.2, 0.5)
        self.lashes = (
            (rng.uniform(0.5, 0.95), rng.uniform(0.05, 0.5))
            if self.female
            else (rng.uniform(0.35, 0.75), rng.uniform(0, 0.3))
        )
        self._paint(rng)

    def _cut(self, rng, bank, stretch=(1, 1)):
        return self.noise.patch(rng, bank, ROWS, COLUMNS, stretch)

    def _paint(self, rng):
        c, soft, fine = self.canvas, self.noise.soft, self.noise.fine
        blotch, patchy, grain = self._cut(rng, soft, (0.8, 0.8)), self._cut(rng, soft, (1.5, 1.5)), self._cut(rng, fine)
        rough = rng.uniform(0.3, 1.3) * (1 if self.person.age > 16 else 0.5)
        shade = 1 + 0.05 * rough * blotch + 0.035 * rough * grain
        albedo = self.skin * shade[..., None]
        red = c.around(0.42, 7.03, 0.18, 0.16) + 1.2 * c.around(0, 7.0, 0.12, 0.12) + 0.15 * blotch
        red = np.clip(red, 0, 2) * rng.uniform(0, 0.28)
        if self.female and rng.random() < 0.3:
            red = red + c.around(0.45, 7.0, 0.14, 0.1) * rng.uniform(0, 0.3)
        albedo = albedo * np.stack([1 + 0.25 * red, 1 - 0.7 * red, 1 - 0.55 * red], 2)
        if rng.random() < 0.12:
            albedo = albedo * (1 - 0.35 * rng.random() * smooth(patchy, 1.3, 2.2))[..., None]  # freckles
        if self.person.age > 55:
            albedo = albedo * (1 - 0.25 * rng.random() * smooth(self._cut(rng, soft, (2.2, 2.2)), 1.6, 2.4))[..., None]
        dark = rng.uniform(0, 0.35)
        albedo = albedo * (1 - dark * c.around(0.31, 7.21, 0.17, 0.08))[..., None]
        crease = np.exp(-(((c.y - (7.385 - 0.35 * (np.abs(c.x) - 0.31) ** 2)) / 0.011) ** 2)) * (
            np.abs(np.abs(c.x) - 0.32) < 0.15
        )
        albedo = albedo * (1 - crease * rng.uniform(0, 0.45))[..., None]
        lid = c.around(0.31, 7.36, 0.16, 0.045) * rng.uniform(0, 0.35 if not self.female else 0.7)
        colour = self.skin * rng.uniform(0.45, 0.9) * np.exp(rng.normal(0, 0.1, 3))
        albedo = albedo * (1 - lid[..., None]) + colour * lid[..., None]
        gloss = np.full((ROWS, COLUMNS), rng.uniform(0.02, 0.2), np.float32)
        gloss = gloss * (1 + 0.6 * np.exp(-((c.x / 0.25) ** 2 + ((c.y - 7.2) / 0.5) ** 2)))
        lip = self.skin * np.array([1.0, 0.64, 0.62]) * rng.uniform(0.7, 1.05)
        if self.female and self.person.age > 14 and rng.random() < 0.45:
            lip = (
                np.array([0.42, 0.05, 0.07]) * rng.uniform(0.5, 1.4) * np.exp(rng.normal(0, 0.25, 3)) * 0.65
                + lip * 0.35
            )
        self.lip, self.lip_gloss, self.lip_edge = lip.astype(np.float32), rng.uniform(0, 0.5), rng.uniform(0.5, 1)
        self.relief = (rough * rng.uniform(0, 0.06) * grain).astype(np.float32)
        albedo, gloss = self._brows(rng, albedo, gloss)
        albedo, gloss = self._beard(rng, albedo, gloss, grain)
        layers = [np.clip(albedo, 0.002, 1), gloss[..., None], (self.relief + 4 * self.beard_height)[..., None]]
        self.layers = np.ascontiguousarray(np.concatenate(layers, 2), np.float32)

    def _brows(self, rng, albedo, gloss):
        """Single hairs, drawn at twice the canvas's density, over a soft shadow."""
        c, layer = self.canvas, np.zeros((2 * ROWS, 2 * COLUMNS), np.float32)
        inner, outer = rng.uniform(0.09, 0.16), rng.uniform(0.43, 0.54)
        thick, arch = rng.uniform(0.018, 0.055), rng.uniform(0, 0.06)
        low, slope, bushy = 7.475 + rng.uniform(-0.015, 0.03), rng.uniform(-0.01, 0.03), rng.uniform(0.5, 1)
        if self.female:
            thick *= 0.8
        density = int(rng.uniform(90, 260) * (thick / 0.035))

        def centre(t):
            return low + arch * np.sin(np.pi * min(t * 0.78, 1)) - 0.05 * smooth(t, 0.62, 1) + slope * t

        def pixel(x, y):
            # The surface's angle at a brow: its distance from the axis is about 1.05 there.
            angle = np.arctan2(x, np.sqrt(max(1.08**2 - 0.75 * x * x, 0.2)))
            return int((angle + 2.0) * DENSITY * 2 * 16), int((8.6 - y) * DENSITY * 2 * 16)

        for sign in (1, -1):
            for _ in range(density):
                t = rng.beta(1.1, 1.3)
                width = thick * (1 - 0.7 * smooth(t, 0.5, 1)) * (0.7 + 0.3 * smooth(t, 0, 0.15))
                x, y = inner + (outer - inner) * t, centre(t) + rng.uniform(-1, 1) * width
                turn = 1.2 - 1.3 * t + rng.normal(0, 0.25)
                length = rng.uniform(0.025, 0.055)
                a, b = pixel(sign * x, y), pixel(sign * (x + length * np.cos(turn)), y + length * np.sin(turn) * 0.6)
                cv2.line(layer, a, b, float(rng.uniform(0.5, 1) * bushy), 1, cv2.LINE_AA, 4)
        layer = cv2.resize(layer, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)
        cover = np.clip(1.5 * layer + 0.8 * cv2.GaussianBlur(layer, (0, 0), 1.5), 0, 0.95)
        if rng.random() < 0.1:
            cover = np.maximum(
                cover, rng.uniform(0.1, 0.4) * np.exp(-((c.x / 0.12) ** 2 + ((c.y - 7.47) / 0.025) ** 2))
            )
        colour = self.hair * (rng.uniform(0.5, 1.1) if not self.grey else 0.6)
        k = cover[..., None]
        return albedo * (1 - k) + colour * k, gloss * (1 - cover)

    def _beard(self, rng, albedo, gloss, grain):
        self.beard_height = np.zeros((ROWS, COLUMNS), np.float32)
        if self.person.male < 0.6 or self.person.age < 18 or rng.random() > 0.62:
            return albedo, gloss
        c, side = self.canvas, np.abs(self.canvas.x)
        cheek = 0.25 * np.exp(-(((side - 0.30) / 0.16) ** 2)) * rng.uniform(0.3, 1)
        jaw = smooth(6.95 - c.y - cheek, 0, 0.12) * smooth(side + (6.62 - c.y) * 1.2, 0.2, 0.32)
        moustache = np.exp(-(((c.y - 6.83 + 0.12 * side) / 0.055) ** 2)) * (side < 0.28)
        chin = smooth(6.62 - c.y, 0, 0.06) * (side < 0.2)
        kind = rng.choice(["full", "stubble", "moustache", "goatee"], p=[0.33, 0.42, 0.12, 0.13])
        field = {
            "full": np.maximum(jaw, np.maximum(moustache, chin)),
            "stubble": np.maximum(jaw, np.maximum(moustache, chin)),
            "moustache": moustache,
            "goatee": np.maximum(moustache, chin),
        }[kind]
        field = field * (c.z > -0.2) * (c.y < 7.0)
        strength = rng.uniform(0.08, 0.45) if kind == "stubble" else rng.uniform(0.6, 0.97)
        strand = self._cut(rng, self.noise.fine, (0.5, 1))
        cover = np.clip(field * strength * (1 + (0.5 if kind == "stubble" else 0.25) * grain), 0, 1)
        colour = self.hair * np.exp(0.3 * strand)[..., None] * rng.uniform(0.8, 1.2)
        if kind != "stubble":
            self.beard_height = (field * rng.uniform(0.01, 0.06) * (1 + 0.3 * strand)).astype(np.float32)
        self.person.tags["beard"] = float(strength)
        k = cover[..., None]
        return albedo * (1 - k) + colour * k, gloss * (1 - 0.8 * cover)

    def furrow_weights(self, expression):
        """[28] depths of the furrows' maps, the subject's left first."""
        from .furrows import UNITS

        gain = self.furrow_gain * (
            0.45 if self.person.age < 16 else 0.8 + 0.5 * float(np.clip((self.person.age - 30) / 45, 0, 1))
        )
        aged = dict(zip((1, 2, 4, 6, 12, 15), self.age_lines))
        aged[9] = self.age_lines[2] * 0.4
        rows = [
            min(1.3, expression.get(unit, (0, 0))[side] * gain + 0.8 * aged.get(unit, 0))
            for side in (0, 1)
            for unit in UNITS
        ]
        return np.array(rows, np.float32)
