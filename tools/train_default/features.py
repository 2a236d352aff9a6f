"""Embeddings with labels, in the container that `mien train` and `mien evaluate` read.

For each split and task one file: `features` [N, d] F32, `labels` ([N, 8] soft votes, or [N, 12] AU scores with NaN for
missing), `groups` [N] (the image a row was made from). Training rows hold several views of every face; validation and
test rows hold each face once, as it is. `--model` says whose eyes they are seen through.
"""

import argparse
import os

import torch
from safetensors.torch import save_file

import augment
import data
from model_folder import ModelFolder


def views(faces, count, generator):
    """The faces as they are and mirrored, then `count - 2` random views with moderate light and colour."""
    images = augment.to_float(faces.images)
    yield images.expand(-1, 3, -1, -1)
    yield images.flip(3).expand(-1, 3, -1, -1)
    random = augment.Augmentation(0.6, generator)
    for _ in range(count - 2):
        pose, mirror, aspect = random.pose(faces.landmarks)
        yield random.colour(random.record(random.light(augment.warp(images, pose, mirror, aspect))))


def write(folder, split, embeddings, faces, repeats):
    groups = torch.arange(len(faces)).repeat(repeats)
    for task, labels in (("expression", faces.votes), ("au", faces.action_units)):
        tensors = {"features": embeddings, "labels": labels.repeat(repeats, 1), "groups": groups}
        save_file(tensors, os.path.join(folder, f"{split}.{task}.safetensors"))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--model", required=True, help="exported folder")
    parser.add_argument("--output", required=True)
    parser.add_argument("--views", type=int, default=4, help="of each training face")
    parser.add_argument("--split", nargs="+", default=["train", "validation"], choices=list(data.SPLITS))
    options = parser.parse_args()
    os.makedirs(options.output, exist_ok=True)
    model = ModelFolder(options.model)
    for split in options.split:
        faces = data.load(options.data, split)
        count = options.views if split == "train" else 1
        generator = torch.Generator().manual_seed(5)
        wanted = (images for _, images in zip(range(count), views(faces, count, generator)))
        embeddings = torch.cat([model.embed(images) for images in wanted])
        write(options.output, split, embeddings, faces, count)
        print(f"{split}: {len(faces)} faces, {len(embeddings)} rows, {embeddings.shape[1]} wide")


if __name__ == "__main__":
    main()
