"""What the test suite needs to notice that the shipped model reads faces differently than it did: no faces inside.

One safetensors file: embeddings, crowd votes and AU targets of a few dozen validation faces with the logits and AU
probabilities that the heads gave in PyTorch (tests the heads, and macro F1 on this handful), and the embedding of
one synthetic picture (tests the encoder): pixel (x, y, channel c) = (5 x + 3 y + 40 c) mod 256.
"""

import argparse

import torch
from safetensors.torch import save_file

import augment
import data
from model_folder import ModelFolder


def handful(faces, per_class):
    """The first faces of each class that the blendshape teacher has scored."""
    known = ~faces.action_units[:, 0].isnan()
    return torch.cat([((faces.label == index) & known).nonzero()[:per_class, 0] for index in range(8)])


def synthetic(side):
    y, x, channel = torch.arange(side).view(-1, 1, 1), torch.arange(side).view(1, -1, 1), torch.arange(3)
    pixels = (5 * x + 3 * y + 40 * channel) % 256
    return augment.to_float(pixels.permute(2, 0, 1)[None])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--model", required=True, help="finished folder, calibrated")
    parser.add_argument("--output", required=True, help="safetensors")
    parser.add_argument("--per-class", type=int, default=6)
    options = parser.parse_args()
    model, faces = ModelFolder(options.model), data.load(options.data, "validation")
    chosen = handful(faces, options.per_class)
    features = model.embed(augment.to_float(faces.images[chosen]).expand(-1, 3, -1, -1))
    logits, units = model.read(features)
    tensors = {
        "features": features, "votes": faces.votes[chosen], "action_units": faces.action_units[chosen],
        "expression_logits": logits, "au_probabilities": units,
        "synthetic_embedding": model.embed(synthetic(model.encoder.configuration.image_size)),
    }
    save_file({key: value.contiguous() for key, value in tensors.items()}, options.output)
    print(f"{options.output}: {len(chosen)} faces")


if __name__ == "__main__":
    main()
