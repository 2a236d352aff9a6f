"""The faces of one split as pictures with a table of their labels, for `mien evaluate`:

    python pictures.py --data ferplus.npz --split test --output test
    mien evaluate --task expression --labels test/labels.csv --no-faces
    mien evaluate --task au --labels test/labels.csv --no-faces

`--border 0.5` puts each face into the middle of a larger picture, as a detector would meet it (`crops.py`).
"""

import argparse
import csv
import os

import numpy as np
from PIL import Image

import data


def picture(face, border, scale):
    """A grey picture, `scale` times as large, with a border (a share of the side) that repeats the face's edge."""
    image = Image.fromarray(face)
    if border == 0:
        return image
    side = image.width * scale
    large = np.asarray(image.resize((side, side), Image.BICUBIC))
    return Image.fromarray(np.pad(large, round(border * side), mode="edge"))


def write(faces, folder, border=0.0, scale=4):
    os.makedirs(os.path.join(folder, "faces"), exist_ok=True)
    units = [f"AU{unit:02}" for unit in data.ACTION_UNITS]
    with open(os.path.join(folder, "labels.csv"), "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["path", *data.EXPRESSIONS, *units])
        for number, face in enumerate(faces.images, 1):
            path = f"faces/{number:05}.png"
            picture(face[0].numpy(), border, scale).save(os.path.join(folder, path), compress_level=1)
            degrees = faces.action_units[number - 1].tolist()
            votes = [f"{share:.6f}" for share in faces.votes[number - 1].tolist()]
            table.writerow([path, *votes, *("" if degree != degree else f"{degree:.6f}" for degree in degrees)])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--split", default="validation", choices=list(data.SPLITS))
    parser.add_argument("--output", required=True)
    parser.add_argument("--border", type=float, default=0.0)
    options = parser.parse_args()
    faces = data.load(options.data, options.split)
    write(faces, options.output, options.border)
    print(f"{options.output}/labels.csv: {len(faces)} faces")


if __name__ == "__main__":
    main()
