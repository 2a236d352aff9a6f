"""Things in front of a face: glasses, hands, cups and microphones, as small meshes in the head's coordinates."""

from dataclasses import dataclass

import numpy as np


@dataclass
class Thing:
    """vertices [v, 3], triangles [t, 3], a linear colour and a gloss."""

    vertices: np.ndarray
    triangles: np.ndarray
    colour: np.ndarray
    gloss: float


def _tube(path, radii, sides=8, closed=False):
    """A tube along path [n, 3]; its ends are closed by points."""
    path, count = np.asarray(path, np.float32), len(path)
    vertices = []
    for i in range(count):
        ahead = path[(i + 1) % count] if closed or i + 1 < count else path[i]
        behind = path[i - 1] if closed or i > 0 else path[i]
        along = ahead - behind
        along = along / (np.linalg.norm(along) + 1e-9)
        across = np.cross(along, [0, 0, 1] if abs(along[2]) < 0.9 else [0, 1, 0])
        across = across / (np.linalg.norm(across) + 1e-9)
        other = np.cross(along, across)
        for k in range(sides):
            turn = 2 * np.pi * k / sides
            vertices.append(path[i] + radii[i] * (np.cos(turn) * across + np.sin(turn) * other))
    triangles = []
    for i in range(count if closed else count - 1):
        j = (i + 1) % count
        for k in range(sides):
            m = (k + 1) % sides
            a, b, c, d = i * sides + k, i * sides + m, j * sides + k, j * sides + m
            triangles += [(a, b, c), (b, d, c)]
    return np.array(vertices, np.float32), np.array(triangles, np.int32)


def _capsule(start, end, first, last, sides=9):
    """A tube with round ends from `start` to `end`, its radius going from `first` to `last`."""
    start, end = np.asarray(start, float), np.asarray(end, float)
    along = (end - start) / (np.linalg.norm(end - start) + 1e-9)
    path, radii = [], []
    for turn in (-89, -60, -30):
        t = np.radians(turn)
        path.append(start + along * first * np.sin(t))
        radii.append(first * np.cos(t))
    for t in (0, 0.5, 1):
        path.append(start + (end - start) * t)
        radii.append(first + (last - first) * t)
    for turn in (30, 60, 89):
        t = np.radians(turn)
        path.append(end + along * last * np.sin(t))
        radii.append(last * np.cos(t))
    return _tube(path, radii, sides)


def _joined(pieces, colour, gloss):
    vertices, triangles, count = [], [], 0
    for v, t in pieces:
        vertices.append(v)
        triangles.append(t + count)
        count += len(v)
    return Thing(np.concatenate(vertices), np.concatenate(triangles), np.asarray(colour, np.float32), gloss)


def hand(rng, skin):
    """(a hand that touches the face, its pose)."""
    pose = str(rng.choice(["mouth", "cheek", "chin", "brow", "eye"], p=[0.36, 0.22, 0.18, 0.14, 0.10]))
    sign = rng.choice([-1, 1])
    jitter = rng.normal(0, 0.06, 3) * [1, 1, 0.5]
    tilt = rng.normal(0, 0.25)
    knuckles, fingers, toward = {
        "mouth": ((0.22 * sign, 6.55, 1.78), (-0.9 * sign, 0.35 + tilt, -0.05), (0, 0, -1)),
        "cheek": ((0.62 * sign, 6.62, 1.28), (0.05 * sign, 1, -0.1 + 0.2 * tilt), (-1 * sign, 0, -0.4)),
        "chin": ((0.12 * sign, 6.16, 1.62), (-1 * sign, 0.1 + tilt, 0.0), (0, 0.5, -1)),
        "brow": ((0.42 * sign, 7.72, 1.55), (-1 * sign, 0.1 + tilt, 0.05), (0, 0, -1)),
        "eye": ((0.30 * sign, 7.02, 1.72), (0.05 * sign, 1, -0.1), (0, 0, -1)),
    }[pose]
    origin = np.array(knuckles) + jitter
    d = np.array(fingers, float)
    d /= np.linalg.norm(d)
    n = np.array(toward, float)
    n -= d * (n @ d)
    n /= np.linalg.norm(n)
    a = np.cross(d, n)
    size, curl, spread = (
        rng.uniform(0.85, 1.1),
        rng.uniform(0.05, 0.5) if pose != "chin" else rng.uniform(0.9, 1.3),
        rng.uniform(-0.02, 0.1),
    )
    pieces = []
    for i, length in enumerate((0.36, 0.42, 0.40, 0.31)):
        base = origin + a * (i - 1.5) * 0.155 * size
        out = d + a * (i - 1.5) * spread
        bend = rng.uniform(-0.08, 0.08)
        first = base + (out * np.cos(curl + bend) + n * np.sin(curl + bend)) * length * size
        more = min(2 * curl + bend, 2.2)
        last = first + (out * np.cos(more) + n * np.sin(more)) * length * 0.85 * size
        pieces.append(_capsule(base, first, 0.088 * size, 0.08 * size))
        pieces.append(_capsule(first, last, 0.08 * size, 0.066 * size))
        pieces.append(_capsule(base, origin + a * (i - 1.5) * 0.12 * size - d * 0.75 * size, 0.10 * size, 0.12 * size))
    side = rng.choice([-1, 1])
    root = origin + a * side * 0.30 * size - d * 0.5 * size
    pieces.append(_capsule(root, root + (d * 0.7 + a * side * 0.35 + n * 0.25) * 0.45 * size, 0.10 * size, 0.08 * size))
    wrist = origin - d * 0.85 * size
    pieces.append(_capsule(wrist, wrist - d * 1.6 - n * 0.3 + np.array([0, -0.4, 0]), 0.24 * size, 0.3 * size))
    return _joined(pieces, skin * rng.uniform(0.85, 1.05), 0.1), pose


def thing(rng):
    """A cup, a microphone, a telephone or a finger-thick object before mouth or cheek."""
    kind = str(rng.choice(["cup", "microphone", "telephone"], p=[0.4, 0.4, 0.2]))
    x = rng.normal(0, 0.15)
    colour = rng.uniform(0, 0.9, 3) ** 1.5
    if kind == "cup":
        y = rng.uniform(6.2, 6.55)
        return (
            _joined(
                [
                    _tube(
                        [(x, y + 0.45, 1.95), (x, y + 0.44, 1.95), (x, y, 2.0), (x, y - 0.5, 2.05)],
                        [0.05, 0.36, 0.34, 0.3],
                        14,
                    )
                ],
                colour,
                0.3,
            ),
            kind,
        )
    if kind == "microphone":
        y = rng.uniform(6.25, 6.5)
        pieces = [
            _capsule((x, y, 1.85), (x, y - 0.08, 1.9), 0.19, 0.18, 12),
            _capsule((x, y - 0.2, 1.95), (x + rng.normal(0, 0.3), y - 1.5, 2.2), 0.1, 0.08),
        ]
        return _joined(pieces, rng.uniform(0.01, 0.08) * np.ones(3), 0.3), kind
    sign = rng.choice([-1, 1])
    return (
        _joined([_capsule((0.72 * sign, 7.25, 0.9), (0.62 * sign, 6.5, 1.3), 0.14, 0.14, 6)], colour * 0.3, 0.5),
        kind,
    )


def glasses(rng, rest, eyes, sun):
    """Frames round two eyes (centres [2, 3]) of the resting vertices: (frames, outlines of the lenses, [2][n, 3])."""
    width, height, power = rng.uniform(0.19, 0.26), rng.uniform(0.13, 0.21), rng.uniform(2, 5)
    thick = rng.uniform(0.008, 0.03) * (1.2 if sun else 1)
    colour = rng.uniform(0, 0.5, 3) ** 2 if rng.random() < 0.4 else np.ones(3) * rng.uniform(0.005, 0.2)
    front = max(float(rest[:, 2].max()) - 0.22, float(eyes[:, 2].max()) + 0.28)
    drop = rng.uniform(0.0, 0.05)
    turns = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    pieces, outlines = [], []
    for eye in eyes:
        x = np.sign(np.cos(turns)) * np.abs(np.cos(turns)) ** (2 / power) * width
        y = np.sign(np.sin(turns)) * np.abs(np.sin(turns)) ** (2 / power) * height - drop
        path = np.stack([eye[0] + x, eye[1] + y, front - 0.25 * (eye[0] + x) ** 2], 1)
        outlines.append(path)
        pieces.append(_tube(path, [thick] * len(path), 6, closed=True))
    left, right = outlines
    bridge = np.array([left[:, 0].min(), right[:, 0].max()])
    y = eyes[:, 1].mean() - drop + 0.03
    pieces.append(_tube([(bridge[0], y, front), (0, y + 0.02, front + 0.02), (bridge[1], y, front)], [thick] * 3, 6))
    for outline, sign in ((left, 1), (right, -1)):
        corner = outline[np.argmax(outline[:, 0] * sign)]
        pieces.append(
            _tube([corner, (0.80 * sign, corner[1] + 0.02, 0.95), (0.82 * sign, corner[1] + 0.02, 0.3)], [thick] * 3, 6)
        )
    return _joined(pieces, colour, 0.6), outlines
