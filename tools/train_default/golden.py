"""What the test suite needs to notice that the shipped model reads faces differently than it did: no faces inside.

One safetensors file: embeddings, crowd votes and AU degrees of a few dozen validation faces, with the calibrated
probabilities that PyTorch computes from them. (The encoder has a golden of its own: tools/goldens/clip.)
"""

import argparse
import os

import torch
from safetensors.torch import load_file, save_file

import augment
import data
from model_folder import ModelFolder


def handful(faces, per_class):
    """The first faces of each class that the blendshape teacher has scored."""
    known = ~faces.action_units[:, 0].isnan()
    return torch.cat([((faces.label == index) & known).nonzero()[:per_class, 0] for index in range(8)])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--model", required=True, help="finished folder, calibrated")
    parser.add_argument("--output", required=True, help="safetensors")
    parser.add_argument("--per-class", type=int, default=6)
    parser.add_argument("--features", help="the folder of two_world_features.py, whose AU degrees the heads were taught")
    options = parser.parse_args()
    model, faces = ModelFolder(options.model), data.load(options.data, "validation")
    degrees = faces.action_units
    if options.features:
        count = len(load_file(os.path.join(options.features, "validation.expression.safetensors"))["labels"])
        faces = faces.first(count)
        degrees = load_file(os.path.join(options.features, "validation.au.safetensors"))["labels"][:count]
    chosen = handful(faces, options.per_class)
    features = model.embed(augment.to_float(faces.images[chosen]).expand(-1, 3, -1, -1))
    expression, units = model.read(features)
    tensors = {
        "features": features, "votes": faces.votes[chosen], "degrees": degrees[chosen],
        "expression": expression, "action_units": units,
    }
    save_file({key: value.contiguous() for key, value in tensors.items()}, options.output)
    print(f"{options.output}: {len(chosen)} faces")


if __name__ == "__main__":
    main()
