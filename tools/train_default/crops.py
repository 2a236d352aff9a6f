"""What the product's own detector and cropper make of the faces: which crop agrees with the data, and at which sizes.

Every face of a split is put into a larger picture, whose border repeats the face's edge, and measured by
`mien evaluate`, which finds, crops and reads it. The first row is the picture as it is in the data, with no detector;
then come other ways to crop, each written into mien.json of a copy of the model, and other sizes of the face.

    python crops.py --data ferplus.npz --model model --mien .build/release/mien
"""

import argparse
import json
import os
import shutil
import subprocess
import tempfile

import data
import pictures

BORDER = 0.5
SCALES = [1, 2, 4, 8]  # of 48 pixels
_EYES = {"eye_distance": 0.369, "eye_center": [0.5, 0.389], "roll": True}
CROPS = {
    "eyes .369 apart at (.50, .389), roll removed": _EYES,
    "the same, roll kept": _EYES | {"roll": False},
    "eyes .34 apart (looser)": _EYES | {"eye_distance": 0.34},
    "eyes .40 apart (tighter)": _EYES | {"eye_distance": 0.40},
    "eyes at (.50, .42)": _EYES | {"eye_center": [0.5, 0.42]},
    "eyes at (.50, .36)": _EYES | {"eye_center": [0.5, 0.36]},
    "the detector's box": {"margin": 0.0, "roll": False},
    "the detector's box, margin .15": {"margin": 0.15, "roll": False},
}


class Product:
    """`mien evaluate` on pictures of some faces, in a folder that goes when all is measured."""

    def __init__(self, mien, faces, folder):
        self.mien, self.faces, self.folder = mien, faces, folder

    def pictures(self, border, scale):
        """The table of labels of the pictures, made the first time they are asked for."""
        folder = os.path.join(self.folder, f"faces-{border}-{scale}")
        if not os.path.exists(folder):
            pictures.write(self.faces, folder, border, scale)
        return os.path.join(folder, "labels.csv")

    def row(self, name, model, labels, *arguments):
        """Prints a row of the table: found faces, accuracy, macro F1, mean r of the AUs."""
        reports = []
        for task in ("expression", "au"):
            command = [self.mien, "evaluate", "--task", task, "--model", model, "--heads", model, "--labels", labels]
            command += ["--cache", os.path.join(self.folder, "cache"), "--json", "--quiet", *arguments]
            reports.append(json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout))
        expression, units = reports
        figures = [expression["accuracy"], expression["macro_f1"], units["mean_pearson_r"]]
        print(f"| {name} | {expression['samples']} |", " | ".join(f"{f:.3f}" for f in figures), "|", flush=True)

    def variant(self, model, crop):
        """A copy of the model that crops in another way."""
        folder = os.path.join(self.folder, "model")
        shutil.copytree(model, folder, dirs_exist_ok=True)
        with open(folder + "/mien.json") as file:
            manifest = json.load(file)
        with open(folder + "/mien.json", "w") as file:
            json.dump(manifest | {"crop": crop}, file)
        return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--model", required=True, help="finished folder, calibrated")
    parser.add_argument("--mien", default="mien", help="the command")
    parser.add_argument("--split", default="validation", choices=list(data.SPLITS))
    parser.add_argument("--faces", type=int, help="only so many of them")
    options = parser.parse_args()
    faces = data.load(options.data, options.split).first(options.faces)
    print("| | faces found | accuracy | macro F1 | AU r |\n| --- | --- | --- | --- | --- |", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        product = Product(options.mien, faces, folder)
        product.row("the picture itself", options.model, product.pictures(0, 1), "--no-faces")
        for name, crop in CROPS.items():
            product.row(name, product.variant(options.model, crop), product.pictures(BORDER, 4))
        for scale in SCALES:
            product.row(f"face of {48 * scale} px", options.model, product.pictures(BORDER, scale))


if __name__ == "__main__":
    main()
