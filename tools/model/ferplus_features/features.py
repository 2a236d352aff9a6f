#!/usr/bin/env python3
"""Features of FER+ images for `mien train`: train, val and test as safetensors.

    pip install -r requirements.txt
    ./features.py ferplus.npz --mien ../../.build/release/mien -o out [--model DIR] [--soft]

The npz holds images [N, 48, 48] uint8, votes [N, 10] uint8 (neutral, happiness, surprise, sadness, anger,
disgust, fear, contempt, unknown, not a face), split [N] (0 train, 1 validation, 2 test), and blendshapes
[N, 52] with blendshape_names. Images are written as numbered PNGs and embedded by `mien embed --no-faces`; they
are crops of faces already.

Expressions follow the practice of FER+: single votes are dropped as outliers, then images whose winner is
unknown or not a face; contempt is our "other". Labels are the winner, or with --soft the shares of the votes.

Action units are no FACS codings: they are the scores of a blendshape model, a stand-in for labels, rescaled
by their 99th percentile in the training part. AU06 is the product of smile and squint, for want of a channel.
"""

import argparse
import subprocess
from pathlib import Path

import numpy as np
from PIL import Image
from safetensors.numpy import load_file, save_file

# The place of neutral, anger, disgust, fear, happiness, sadness, surprise, other among the votes.
ORDER = [0, 4, 5, 6, 1, 3, 2, 7]


def expressions(votes):
    """Counts [N, 8] in our order, and which images to keep."""
    counts = votes.astype(np.float32)
    counts[counts <= 1] = 0
    keep = (counts.sum(1) > 0) & (counts.argmax(1) < 8)
    return counts[:, ORDER], keep


def action_units(blendshapes, names, train):
    """Scores [N, 12], NaN where no face was found."""
    index = {str(name): column for column, name in enumerate(names)}

    def mean(*channels):
        return np.mean([blendshapes[:, index[c]].astype(np.float32) for c in channels], axis=0)

    def both(name):
        return mean(name + "Left", name + "Right")

    smile, squint = both("mouthSmile"), both("eyeSquint")
    jaw = mean("jawOpen")
    parted = np.maximum(0, np.maximum.reduce([jaw, both("mouthLowerDown"), both("mouthUpperUp")]) - mean("mouthClose"))
    units = np.stack([
        mean("browInnerUp"), both("browOuterUp"), both("browDown"), np.sqrt(smile * squint), squint,
        both("mouthUpperUp"), smile, both("mouthFrown"), mean("mouthRollLower", "mouthRollUpper"),
        both("mouthPress"), parted, jaw,
    ], axis=1)
    top = np.nanpercentile(units[train], 99, axis=0)
    return np.clip(units / top, 0, 1).astype(np.float32)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("npz")
    parser.add_argument("--mien", default="mien")
    parser.add_argument("--model")
    parser.add_argument("--soft", action="store_true")
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()

    data = np.load(arguments.npz)
    images, split = data["images"], data["split"]
    folder = arguments.output / "images"
    folder.mkdir(parents=True, exist_ok=True)
    for number, image in enumerate(images, 1):
        Image.fromarray(image).convert("RGB").save(folder / f"{number:05d}.png", compress_level=1)
    embedded = arguments.output / "all.safetensors"
    command = [arguments.mien, "embed", "--no-faces", str(folder / "%05d.png"), "-y", "-o", str(embedded)]
    subprocess.run(command + (["--model", arguments.model] if arguments.model else []), check=True)

    tensors = load_file(embedded)
    assert (tensors["frame"] == np.arange(1, len(images) + 1)).all(), "an image is missing"
    counts, keep = expressions(data["votes"])
    units = action_units(data["blendshapes"], data["blendshape_names"], split == 0)
    for number, name in enumerate(["train", "val", "test"]):
        rows = np.flatnonzero((split == number) & keep)
        shares = counts[rows] / counts[rows].sum(1, keepdims=True)
        labels = shares if arguments.soft else shares.argmax(1).astype(np.int64)
        features = np.ascontiguousarray(tensors["embeddings"][rows])
        save_file({"features": features, "labels": labels}, arguments.output / f"expression-{name}.safetensors")
        rows = np.flatnonzero((split == number) & ~np.isnan(units).any(1))
        features = np.ascontiguousarray(tensors["embeddings"][rows])
        save_file({"features": features, "labels": units[rows]}, arguments.output / f"au-{name}.safetensors")
        print(f"{name}: {len(labels)} expressions, {len(rows)} action units")


if __name__ == "__main__":
    main()
