"""Embeddings with labels of both worlds, for `mien train`: FER+ faces, and rendered ones with exact action units.

A real face's AUs are what the student's own readout says of it, each divided by its 97 % quantile over real training faces: the
readout has learnt from rendered faces where the blendshape model is blind, and is timid on real ones. Where votes tell of an AU, its
degree is moved towards that: heavy brows of a face that all call neutral are no AU4. Writes the files of features.py
and `scales.json`, the quantiles.
"""

import argparse
import dataclasses
import json
import os

import numpy as np
import torch
from safetensors.torch import save_file

import augment
import data
import worlds
from export import restored
from readouts import Readout

QUANTILE = 0.97
# What a crowd would say of rendered faces that belong to no single class.
_MIXED = {
    "pain": {"sadness": 0.45, "anger": 0.3, "fear": 0.15, "disgust": 0.1},
    "focus": {"anger": 0.5, "neutral": 0.5},
}


def rendered_votes(faces):
    """(votes [N, 8], chosen [N]): rendered faces that show an expression clearly enough to be shown to the head."""
    votes, chosen = faces.votes.clone(), faces.vote_weights >= 0.5
    for index, kind in enumerate(faces.kind):
        if kind in _MIXED and faces.units[index].max() > 0.5 and faces.visible[index, 3] > 0.6:
            votes[index] = 0
            for name, share in _MIXED[kind].items():
                votes[index, data.EXPRESSIONS.index(name)] = share
            chosen[index] = True
    return votes, chosen


def anchored(units, faces):
    """Degrees [N, 12] moved towards the ones that votes imply, of AUs that are taught by votes: up to those, or down to them."""
    implied, weights = (part[:, :12] for part in worlds.real_targets(faces))
    moved = units + (2 * weights).clamp(max=1) * (implied - units)
    wrong = ((implied < 0.1) & (units > implied)) | ((implied > 0.3) & (units < implied))
    voted = torch.tensor([unit in (4, 6, 12, 15, 23, 24) for unit in data.ACTION_UNITS])
    return torch.where(wrong & voted & (weights > 0), moved, units)


def views(faces, size, generator):
    """Endless batches of views: aligned as the product crops, then random ones."""
    images = augment.to_float(faces.images)
    yield augment.warp(images, augment.canonical_pose(faces.landmarks), size=size).expand(-1, 3, -1, -1)
    random = augment.Augmentation(0.6, generator)
    while True:
        pose, mirror, aspect = random.pose(faces.landmarks)
        yield random.colour(random.record(random.light(augment.warp(images, pose, mirror, aspect, size))))


def resized(faces, size, mirror):
    images = torch.nn.functional.interpolate(
        augment.to_float(faces.images), (size, size), mode="bilinear", antialias=True, align_corners=False
    )
    return images.flip(3) if mirror else images


def fewer(faces, count):
    """A subset of `count` faces or a few more: all of the rare expressions, and others as frequent as they are."""
    rare = torch.bincount(faces.label, minlength=8) < 0.05 * len(faces)
    common = (~rare[faces.label]).nonzero()[:, 0]
    common = common[torch.randperm(len(common), generator=torch.Generator().manual_seed(5))[:count]]
    kept = torch.cat([rare[faces.label].nonzero()[:, 0], common])
    return data.Faces(**{field.name: getattr(faces, field.name)[kept] for field in dataclasses.fields(faces)})


def saved(tensors, path):
    save_file({key: value.contiguous() for key, value in tensors.items()}, path)


@torch.no_grad()
def embedded(student, images, size=256):
    return torch.cat([student.embed(part) for part in images.split(size)])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--rendered", required=True, nargs="+")
    parser.add_argument("--checkpoint", required=True, help="of adapt_student.py")
    parser.add_argument("--output", required=True)
    parser.add_argument("--views", type=int, default=2, help="of each real training face")
    parser.add_argument("--made", type=int, default=15000, help="rendered training faces")
    parser.add_argument("--real", type=int, help="real training faces; all without it. Rare expressions stay")
    parser.add_argument("--checked", type=int, help="validation faces of each world; all without it")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    os.makedirs(options.output, exist_ok=True)
    state = torch.load(options.checkpoint, weights_only=True)
    student, size = restored(state), state["size"]
    readout = Readout(student.configuration.projection_dim)
    readout.load_state_dict(
        {k.removeprefix("readout."): v for k, v in state["average"].items() if k.startswith("readout.")}
    )
    quantiles = None
    for split in ("train", "validation"):
        faces = data.load(options.data, split)
        made = worlds.rendered(options.rendered, held_out=split != "train")
        if options.real and split == "train":
            faces = fewer(faces, options.real)
        if options.checked and split != "train":
            faces = faces.first(options.checked)
        count = options.views if split == "train" else 1
        generator = torch.Generator().manual_seed(5)
        real = torch.cat([embedded(student, v) for _, v in zip(range(count), views(faces, size, generator))])
        limit = options.made if split == "train" else options.checked
        order = torch.randperm(len(made), generator=generator)[:limit]
        mirrored = torch.rand(len(order), generator=generator) < 0.5
        second = embedded(
            student,
            torch.where(
                mirrored[:, None, None, None], resized(made, size, True)[order], resized(made, size, False)[order]
            ),
        )
        with torch.no_grad():
            believed = readout(real)["units"].sigmoid()[:, :12]
        if quantiles is None:
            quantiles = believed[: len(faces)].quantile(QUANTILE, dim=0)
            with open(os.path.join(options.output, "scales.json"), "w") as file:
                json.dump({"au": data.ACTION_UNITS, "quantile": QUANTILE, "value": quantiles.tolist()}, file, indent=1)
        units = (believed / quantiles.clamp(min=0.1)).clamp(0, 1)
        units = anchored(units.view(count, len(faces), 12), faces).flatten(0, 1)
        exact = made.units[order, :12].clone()
        exact[made.unit_weights[order, :12] < 0.2] = float("nan")
        votes, chosen = rendered_votes(made)
        chosen = chosen[order]
        groups = torch.cat([torch.arange(len(faces)).repeat(count), 1_000_000 + made.person[order]])
        features, labels = torch.cat([real, second]), torch.cat([units, exact])
        saved(
            {"features": features, "labels": labels, "groups": groups},
            os.path.join(options.output, f"{split}.au.safetensors"),
        )
        if split == "train":
            rows = {
                "features": torch.cat([real, second[chosen]]),
                "labels": torch.cat([faces.votes.repeat(count, 1), votes[order][chosen]]),
            }
            rows["groups"] = torch.cat([groups[: len(real)], groups[len(real) :][chosen]])
        else:
            rows = {"features": real, "labels": faces.votes, "groups": groups[: len(real)]}
        saved(rows, os.path.join(options.output, f"{split}.expression.safetensors"))
        print(
            split,
            len(real),
            "real rows,",
            len(second),
            "rendered,",
            int(chosen.sum()),
            "of them with votes",
            flush=True,
        )
        print("quantiles", dict(zip(data.ACTION_UNITS, np.round(quantiles.tolist(), 2))), flush=True)


if __name__ == "__main__":
    main()
