"""Hair, hats, scarves and masks: shells over the scalp or the face, and sheets that hang from it.

A shell is the mesh pushed out along its normals; where the painted mask is high and the noise of the strands is above
the shell's threshold it covers what is below. Five shells with rising thresholds have the ragged outline of hair.
"""

import numpy as np

from .canvas import ANGLE, DENSITY, TOP, smooth
from .raster import strands

STYLES = {
    # style: share for women, for men
    "bald": (0.01, 0.12),
    "short": (0.12, 0.56),
    "combed": (0.12, 0.14),
    "fringe": (0.16, 0.06),
    "curly": (0.10, 0.06),
    "long": (0.28, 0.02),
    "long fringe": (0.12, 0.005),
    "cap": (0.02, 0.035),
    "scarf": (0.06, 0.0),
    "hood": (0.01, 0.02),
}


class Hair:
    """One person's hair, laid out on the canvas."""

    def __init__(self, rng, canvas, noise, person, look):
        self.canvas, self.colour = canvas, look.hair
        names = list(STYLES)
        shares = np.array([STYLES[name][0 if look.female else 1] for name in names])
        if person.age < 18:
            shares[0] = 0
        self.style = str(rng.choice(names, p=shares / shares.sum()))
        person.tags["hair"] = self.style
        self.noise = noise.soft[rng.integers(len(noise.soft))]
        self.offset = rng.uniform(50, 900, 2)
        line = rng.uniform(7.88, 8.1) if rng.random() < 0.8 else rng.uniform(7.8, 7.9)
        if self.style == "bald":
            line = 9.0 if rng.random() < 0.5 else 8.9
        angle, height = np.abs(canvas.angle), canvas.height
        jag = noise.patch(rng, noise.fine, 1, canvas.x.shape[1], (1, 0.6)) * 0.5 + noise.patch(
            rng, noise.soft, 1, canvas.x.shape[1], (1, 1)
        )
        jag = np.clip(jag, -1.5, 1.5)
        recede = rng.uniform(-0.02, 0.14) * np.exp(-(((angle - 0.5) / 0.2) ** 2)) * (1 if person.male > 0.5 else 0.3)
        edge = line + recede + 0.018 * jag
        if self.style in ("fringe", "long fringe"):
            parted = rng.uniform(0, 0.25) * np.exp(-(((canvas.angle - rng.uniform(-0.5, 0.5)) / 0.25) ** 2))
            edge = np.minimum(edge, rng.uniform(7.58, 7.8) + parted + 0.03 * jag)
        side = rng.uniform(7.35, 7.55)
        edge = edge - (edge - side) * smooth(angle, 0.70, 0.88)
        if not look.female:
            edge = edge - rng.uniform(0, 0.3) * smooth(angle, 0.9, 1.0) * (1 - smooth(angle, 1.15, 1.25))
        edge = edge - 0.8 * smooth(angle, 1.6, 1.75)
        self.mask = smooth(height - edge, -0.05, 0.06).astype(np.float32)
        self.volume = {
            "bald": 0.008,
            "short": rng.uniform(0.03, 0.12),
            "combed": rng.uniform(0.015, 0.05),
            "curly": rng.uniform(0.15, 0.4),
            "fringe": rng.uniform(0.05, 0.12),
            "long": rng.uniform(0.05, 0.14),
            "long fringe": rng.uniform(0.06, 0.13),
        }.get(self.style, 0.06)
        self.solid = self.style in ("cap", "scarf", "hood")
        if self.solid:
            self.colour = (
                (rng.uniform(0, 0.8, 3) ** 1.7 * (1 if rng.random() < 0.5 else 0) + rng.uniform(0.01, 0.5))
                .clip(0, 0.8)
                .astype(np.float32)
            )
            if self.style == "cap":
                self.mask = smooth(height - rng.uniform(7.68, 7.95) + 0.12 * smooth(angle, 0.5, 1.4), 0, 0.03).astype(
                    np.float32
                )
            else:
                oval = (canvas.angle / rng.uniform(0.82, 0.98)) ** 2 + ((height - 7.05) / rng.uniform(0.82, 0.95)) ** 2
                self.mask = (smooth(oval, 0.95, 1.05) * (canvas.z > -3)).astype(np.float32)
        self.direction = rng.choice(["down", "back", "side"]) if self.style != "curly" else "curl"
        self.sheets = self._hanging(rng) if self.style.startswith("long") else None

    def _hanging(self, rng):
        """Three sheets round the sides and the back: vertices [n, 3], triangles, places of the strands."""
        start, end = rng.uniform(0.85, 1.15), rng.uniform(5.2, 6.4)
        columns, rows = 36, 10
        sheets = []
        wave, phase = rng.uniform(0, 0.05), rng.uniform(0, 6)
        for layer in range(3):
            grid = []
            for sign in (1, -1):
                for i in range(columns):
                    angle = sign * (start + (np.pi - start) * i / (columns - 1))
                    for j in range(rows):
                        t = j / (rows - 1)
                        y = 8.05 + (end + 0.25 * (layer - 1) - 8.05) * t
                        radius = 0.80 + self.volume + 0.05 * layer + 0.10 * t + wave * np.sin(5 * t + 3 * angle + phase)
                        z = 0.30 + radius * np.cos(angle) * 1.05 - 0.1 * t
                        grid.append((radius * np.sin(angle), y, z, i * 14.0 + 300 * (sign > 0), t * 60))
            grid = np.array(grid, np.float32)
            triangles = []
            for half in (0, 1):
                base = half * columns * rows
                for i in range(columns - 1):
                    for j in range(rows - 1):
                        k = base + i * rows + j
                        triangles += [(k, k + rows, k + 1), (k + 1, k + rows, k + rows + 1)]
            sheets.append((grid, np.array(triangles, np.int32)))
        return sheets

    def place(self, vertices):
        """Column and row in the noise of every vertex of the mean head, [v, 2]."""
        x, y, z = vertices.T
        if self.direction == "back":
            column, row = x * 260, (z - y) * 50
        elif self.direction == "side":
            column, row = (z * 0.5 + y) * 260, x * 50
        elif self.direction == "curl":
            column, row = np.arctan2(x, z - 0.35) * 90, y * 110
        else:
            column, row = np.arctan2(x, z - 0.45) * 230, y * 45
        return np.stack([np.abs(column + 2000 + self.offset[0]), np.abs(row + 2000 + self.offset[1])], 1)

    def draw(self, scene, image):
        """Blends the hair over image [S, S, 3]."""
        head = scene.head
        if self.sheets:
            for layer, (grid, triangles) in enumerate(self.sheets):
                points = scene.project(scene.turn(grid[:, :3]))
                shade = np.full(len(grid), scene.ambient + 0.45 * scene.key, np.float32)
                attributes = np.column_stack(
                    [
                        np.full(len(grid), 2.0),
                        np.full(len(grid), 2.0),
                        grid[:, 3] * 3 + 40 * layer,
                        grid[:, 4] * 2,
                        shade,
                    ]
                )
                self._blend(
                    scene, image, points, triangles, attributes, np.ones((8, 8), np.float32), -0.55 + 0.5 * layer, 0.95
                )
        if self.style == "bald" and self.mask.max() < 0.5:
            return
        near = self._vertex_mask(scene)
        triangles = scene.skin_triangles[near[scene.skin_triangles].max(1) > 0.01]
        if not len(triangles):
            return
        shells = 2 if self.solid else 5 if self.volume > 0.02 else 2
        place = self.place(head.mean)
        shade = scene.vertex_light()
        for shell in range(shells):
            share = (shell + 1) / shells
            pushed = scene.world + scene.world_normals * (near * self.volume * share + 0.012)[:, None]
            points = scene.project(pushed)
            attributes = np.column_stack([scene.canvas.vertex, place + shell * 3, shade * (0.7 + 0.3 * share)])
            threshold = -3 if self.solid else -1.2 + 1.5 * share
            self._blend(scene, image, points, triangles, attributes, self.mask, threshold, 1)

    def _vertex_mask(self, scene):
        column = np.clip(scene.canvas.vertex[:, 0].astype(int), 0, self.mask.shape[1] - 1)
        row = np.clip(scene.canvas.vertex[:, 1].astype(int), 0, self.mask.shape[0] - 1)
        return self.mask[row, column] * scene.head.skin

    def _blend(self, scene, image, points, triangles, attributes, mask, threshold, opacity):
        strands(
            points.astype(np.float32),
            triangles,
            attributes.astype(np.float32),
            mask,
            self.noise,
            scene.depth,
            image,
            self.colour.astype(np.float32),
            scene.tint.astype(np.float32),
            float(threshold),
            float(opacity),
        )


def face_mask(scene, image, rng, colour):
    """A surgical mask or a shawl over mouth and nose."""
    c = scene.canvas
    top, width = rng.uniform(6.95, 7.12), rng.uniform(0.9, 1.2)
    edge = top - 0.25 * smooth(np.abs(c.angle), 0.25, width)
    mask = (
        smooth(edge - c.height, 0, 0.02)
        * smooth(c.height, 6.2, 6.28)
        * (1 - smooth(np.abs(c.angle), width, width + 0.05))
    ).astype(np.float32)
    column = np.clip(c.vertex[:, 0].astype(int), 0, mask.shape[1] - 1)
    row = np.clip(c.vertex[:, 1].astype(int), 0, mask.shape[0] - 1)
    near = mask[row, column] * scene.head.skin
    triangles = scene.skin_triangles[near[scene.skin_triangles].max(1) > 0.01]
    points = scene.project(scene.world + scene.world_normals * (near * 0.04)[:, None])
    attributes = np.column_stack([c.vertex, np.abs(scene.head.mean[:, :2] * 40) + 900, scene.vertex_light()])
    strands(
        points.astype(np.float32),
        triangles,
        attributes.astype(np.float32),
        mask,
        np.zeros((8, 8), np.float32) + scene.noise_level,
        scene.depth,
        image,
        colour.astype(np.float32),
        scene.tint.astype(np.float32),
        -3.0,
        1.0,
    )


def canvas_place(angle, height):
    return (angle + ANGLE) * DENSITY, (TOP - height) * DENSITY
