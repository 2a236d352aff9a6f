"""A cylindrical map of the mean head, on which skin, hair and furrows are painted.

Column: the angle round a vertical axis through the head; row: the height. Every place of the canvas knows which point
of the mean head it is, so that all painting is a function of x, y and z, whatever the person's shape.
"""

import cv2
import numpy as np

from .raster import draw, gather

ANGLE, TOP, BOTTOM, DENSITY, AXIS = 2.0, 8.6, 6.0, 145.0, 0.35
COLUMNS, ROWS = int(2 * ANGLE * DENSITY), int((TOP - BOTTOM) * DENSITY)


def smooth(x, low, high):
    """0 below `low`, 1 above `high`."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


class Canvas:
    def __init__(self, head):
        x, y, z = head.mean.T
        angle = np.arctan2(x, z - AXIS)
        self.vertex = np.stack([(angle + ANGLE) * DENSITY, (TOP - y) * DENSITY], 1).astype(np.float32)
        skin = head.triangles[head.parts == 0]
        spread = angle[skin].max(1) - angle[skin].min(1)
        skin = np.ascontiguousarray(skin[spread < 1])
        size = max(COLUMNS, ROWS)
        depth, owner = np.full((size, size), 1e9, np.float32), np.full((size, size), -1, np.int32)
        weights = np.zeros((size, size, 3), np.float32)
        radius = np.hypot(x, z - AXIS)
        points = np.column_stack([self.vertex, 10 - radius]).astype(np.float32)
        draw(points, skin, np.zeros(len(skin), bool), depth, owner, weights)
        place = gather(owner, weights, skin, head.mean)[:ROWS, :COLUMNS]
        known = (owner[:ROWS, :COLUMNS] >= 0).astype(np.float32)
        filled = place.copy()
        for sigma in (2, 6, 20):
            share = cv2.GaussianBlur(known, (0, 0), sigma)
            near = cv2.GaussianBlur(place * known[..., None], (0, 0), sigma) / np.maximum(share, 1e-4)[..., None]
            missing = (known < 0.5) & (share > 1e-3) & (np.abs(filled).sum(2) == 0)
            filled[missing] = near[missing]
        self.x, self.y, self.z = (np.ascontiguousarray(filled[..., k]) for k in range(3))
        self.x[self.y == 0], self.z[self.y == 0] = 2, -0.5
        self.angle = np.broadcast_to((np.arange(COLUMNS) / DENSITY - ANGLE).astype(np.float32), (ROWS, COLUMNS))
        self.height = np.broadcast_to((TOP - np.arange(ROWS)[:, None] / DENSITY).astype(np.float32), (ROWS, COLUMNS))

    def around(self, x, y, width, height):
        """A Gaussian spot on both sides of the face."""
        return np.exp(-(((np.abs(self.x) - x) / width) ** 2 + ((self.y - y) / height) ** 2)) * (self.z > 0.5)


class Noise:
    """Banks of noise with mean 0 and spread 1: `soft` has all scales, `fine` only the smallest."""

    SIZE = 1024

    def __init__(self, seed=5, count=8):
        random = np.random.default_rng(seed)
        self.soft, self.fine = [], []
        for _ in range(count):
            picture = np.zeros((self.SIZE, self.SIZE), np.float32)
            for cells, amount in (
                (4, 0.6),
                (8, 0.6),
                (16, 0.5),
                (32, 0.45),
                (64, 0.4),
                (128, 0.35),
                (256, 0.3),
                (512, 0.25),
            ):
                grid = random.normal(0, 1, (cells, cells)).astype(np.float32)
                picture += amount * cv2.resize(grid, (self.SIZE, self.SIZE), interpolation=cv2.INTER_CUBIC)
            self.soft.append((picture / picture.std()).astype(np.float32))
            grain = cv2.GaussianBlur(random.normal(0, 1, (self.SIZE, self.SIZE)).astype(np.float32), (0, 0), 0.8)
            self.fine.append(grain / grain.std())

    def patch(self, rng, bank, rows, columns, stretch=(1, 1)):
        """A random cut [rows, columns] of one of the pictures, resampled by `stretch` (rows, columns)."""
        picture = bank[rng.integers(len(bank))]
        height, width = int(rows * stretch[0]) + 1, int(columns * stretch[1]) + 1
        height, width = min(height, self.SIZE), min(width, self.SIZE)
        top, left = rng.integers(0, self.SIZE - height + 1), rng.integers(0, self.SIZE - width + 1)
        cut = picture[top : top + height, left : left + width]
        return cv2.resize(cut, (columns, rows), interpolation=cv2.INTER_LINEAR)
