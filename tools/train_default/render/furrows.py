"""Wrinkles: for each AU and side a map of furrows, which deepen with the AU, with age, and differ between people."""

import cv2
import numpy as np

from .canvas import Canvas, smooth

LEFT, TOP, DENSITY = -0.85, 8.35, 160.0  # of the flat drawing
_COLUMNS, _ROWS = 272, 352
UNITS = [1, 2, 4, 6, 7, 9, 10, 12, 14, 15, 17, 20, 23, 24]
VARIANTS = 5


def _pixel(x, y):
    return (x - LEFT) * DENSITY, (TOP - y) * DENSITY


def _lines(lines, width, softness):
    """Smooth strokes that taper to both ends, [rows, columns] in 0..1."""
    picture = np.zeros((_ROWS, _COLUMNS), np.float32)
    for line in lines:
        points = np.array(line, np.float32)
        if len(points) > 2:
            t = np.linspace(0, len(points) - 1, 24)
            dense = np.stack([np.interp(t, range(len(points)), points[:, k]) for k in (0, 1)], 1)
            kernel = np.ones(5) / 5
            points = np.stack([np.convolve(np.pad(dense[:, k], 2, "edge"), kernel, "valid") for k in (0, 1)], 1)
        count = len(points)
        for i in range(count - 1):
            strength = 0.35 + 0.65 * np.sin(np.pi * (i + 0.5) / (count - 1)) if count > 2 else 1.0
            stroke = np.zeros_like(picture)
            (x0, y0), (x1, y1) = _pixel(*points[i]), _pixel(*points[i + 1])
            ends = (int(x0 * 16), int(y0 * 16)), (int(x1 * 16), int(y1 * 16))
            cv2.line(stroke, *ends, float(strength), max(1, int(round(width))), cv2.LINE_AA, 4)
            picture = np.maximum(picture, stroke)
    return cv2.GaussianBlur(picture, (0, 0), softness)


def _drawn(side, random):
    """AU -> furrows of one side (1 the subject's left)."""

    def off(spread=0.012):
        return random.normal(0, spread)

    def both(lines):
        return [[(x * side, y) for x, y in line] for line in lines]

    heights = [7.62 + off(), 7.70 + off(), 7.785 + off(), 7.87 + off()]
    maps = {}
    maps[2] = _lines(
        both([[(0.14, y), (0.26, y + 0.02), (0.37, y + 0.035), (0.46, y + 0.01)] for y in heights[:3]]), 1.8, 1.5
    )
    maps[1] = _lines(
        both([[(-0.02, y - 0.012), (0.07, y - 0.004), (0.16, y + 0.012), (0.24, y)] for y in heights]), 1.8, 1.5
    )
    x = 0.048 + off(0.008)
    frown = [[(x, 7.35), (x - 0.004, 7.44), (x + 0.012, 7.57 + off())], [(x + 0.052, 7.43), (x + 0.06, 7.53)]]
    maps[4] = 1.3 * _lines(both(frown[: 2 if random.random() < 0.5 else 1]), 2.4, 1.4)
    maps[4] += 0.6 * _lines(both([[(0, 7.335), (0.05, 7.34), (0.09, 7.355)]]), 1.6, 1.2)
    feet = [
        [(0.505, 7.37), (0.56, 7.41 + off()), (0.62, 7.45 + off())],
        [(0.51, 7.345), (0.57, 7.35 + off()), (0.635, 7.36 + off())],
    ]
    feet += [[(0.505, 7.32), (0.56, 7.29 + off()), (0.62, 7.26 + off())]]
    bags = [[(0.16, 7.235), (0.25, 7.195), (0.36, 7.19), (0.46, 7.225)], [(0.19, 7.18), (0.30, 7.13), (0.44, 7.14)]]
    maps[6] = _lines(both(feet), 1.4, 0.9) + 1.1 * _lines(both(bags), 1.9, 1.5)
    maps[7] = 0.8 * _lines(both([[(0.17, 7.25), (0.26, 7.225), (0.36, 7.22), (0.46, 7.25)]]), 1.5, 1.1)
    root = [[(0, 7.33), (0.05, 7.335), (0.09, 7.35)], [(0, 7.285), (0.06, 7.29)]]
    wing = [[(0.06, 7.24), (0.11, 7.20), (0.15, 7.14)], [(0.08, 7.17), (0.12, 7.13), (0.15, 7.08)]]
    maps[9] = 1.2 * _lines(both(root + wing), 1.7, 1.1) + _lines(
        both([[(0.15, 7.06), (0.19, 6.99), (0.23, 6.92)]]), 2, 1.8
    )
    fold = [(0.155, 7.0), (0.20, 6.955), (0.25, 6.89), (0.295, 6.81), (0.32, 6.73)]
    maps[12] = 1.15 * _lines(both([[(a + off(0.004), b) for a, b in fold]]), 2.4, 1.7)
    maps[12] += 0.6 * _lines(both([[(0.31, 6.74), (0.335, 6.69), (0.335, 6.64)]]), 2, 1.6)
    maps[10] = 1.2 * _lines(both([[(0.14, 7.03), *fold[:4]]]), 2.4, 1.7)
    maps[14] = _lines(both([[(0.285, 6.72), (0.295, 6.69), (0.288, 6.66)]]), 2.4, 1.3)
    maps[15] = 1.2 * _lines(both([[(0.25, 6.665), (0.268, 6.60), (0.285, 6.52)]]), 2.3, 1.5) + 0.4 * _lines(
        both([fold[1:]]), 2, 2.2
    )
    maps[17] = _lines(both([[(-0.02, 6.565), (0.08, 6.56), (0.15, 6.53)]]), 2.3, 1.6)
    grain = cv2.GaussianBlur(random.normal(0, 1, (_ROWS, _COLUMNS)).astype(np.float32), (0, 0), 1.8)
    rows, columns = np.mgrid[:_ROWS, :_COLUMNS]
    cx, cy = _pixel(0, 6.49)
    chin = np.exp(-(((columns - cx) / 22) ** 2 + ((rows - cy) / 13) ** 2)) * ((columns - cx) * side > -1)
    maps[17] += np.clip(grain / grain.std(), 0, 2) * 0.4 * chin
    maps[20] = _lines(both([[(0.30, 6.76), (0.345, 6.69), (0.335, 6.60)]]), 2, 1.8)
    maps[24] = _lines(
        both([[(0.25, 6.70), (0.285, 6.685), (0.30, 6.66)], [(0, 6.585), (0.1, 6.585), (0.2, 6.61)]]), 1.9, 1.4
    )
    lips = [[(0.05 * k, 6.81), (0.052 * k, 6.755)] for k in (1, 2, 3)] + [
        [(0.05 * k, 6.57), (0.05 * k, 6.61)] for k in (1, 2, 3)
    ]
    maps[23] = 0.7 * _lines(both(lips), 1.3, 0.9) + 0.5 * _lines(
        both([[(0, 6.59), (0.1, 6.59), (0.19, 6.62)]]), 1.8, 1.4
    )
    return [maps[unit] for unit in UNITS]


class Furrows:
    """maps [variant][2 x 14, rows, columns of the canvas], float16; the first 14 are the subject's left."""

    def __init__(self, canvas: Canvas, seed=5):
        self.maps = []
        x = ((canvas.x - LEFT) * DENSITY).astype(np.float32)
        y = ((TOP - canvas.y) * DENSITY).astype(np.float32)
        front = smooth(canvas.z, 0.35, 0.7)
        random = np.random.default_rng(seed)
        self.columns = slice(int(1.0 * 145), int(3.0 * 145))  # nothing is drawn on the sides
        for _ in range(VARIANTS):
            drawn = _drawn(1, random) + _drawn(-1, random)
            flat = [cv2.remap(m.astype(np.float32), x, y, cv2.INTER_LINEAR) * front for m in drawn]
            self.maps.append(np.stack([m[:, self.columns] for m in flat]).astype(np.float32))
