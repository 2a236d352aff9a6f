"""Stage 1b: a wide convolutional teacher that sees both worlds in colour, 64 x 64. Resumes from its folder.

It learns votes, the AUs that each world can be trusted for (worlds.py), the 52 blendshapes of real faces, and pose and cover of rendered
ones. Its maps have the student's 8 x 8 places, so that `adapt_student.py --wide` can hand them on patch by patch.
Steps, not epochs: real and rendered faces differ in number. A step of 128 pictures costs 180 GFLOP.
"""

import argparse
import time

import torch
import torch.nn.functional as F
from torch import nn

import augment
import data
import metrics
import worlds
from convolutional_teacher import Block
from progress import Average, Run, learning_rate
from readouts import loss_of


class WideTeacher(nn.Module):
    """Residual blocks with gates, 64 x 64 colour to maps of 16 x 16 and 8 x 8, and linear readouts of their mean."""

    SIZES = {"expression": 8, "units": 18, "pose": 2, "visible": 4, "blendshapes": 52}

    def __init__(self, widths=(32, 64, 128, 256), blocks=(2, 2, 3)):
        super().__init__()
        self.widths, self.last = widths[-2:], blocks[-1]
        self.stem = nn.Sequential(nn.Conv2d(3, widths[0], 3, 1, 1, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU())
        stages = []
        for inputs, outputs, count in zip(widths, widths[1:], blocks):
            stages += [Block(inputs, outputs, 2)] + [Block(outputs, outputs, 1) for _ in range(count - 1)]
        self.stages = nn.Sequential(*stages)
        self.dropout = nn.Dropout(0.3)
        self.output = nn.Linear(widths[-1], sum(self.SIZES.values()))

    def maps(self, x):
        """[N, 3, 64, 64] to [N, 128, 16, 16] and [N, 256, 8, 8]."""
        x, count = self.stem(x), len(self.stages) - self.last
        middle = self.stages[:count](x)
        return middle, self.stages[count:](middle)

    def read(self, late):
        parts = self.output(self.dropout(late.mean((2, 3)))).split(list(self.SIZES.values()), dim=1)
        return dict(zip(self.SIZES, parts))

    def forward(self, x):
        return self.read(self.maps(x)[1])


def blendshape_loss(outputs, targets):
    """Cross-entropy with the blendshape model's scores, of real faces in which it found a mesh."""
    scores = targets["blendshapes"]
    known = ~scores.isnan()
    losses = F.binary_cross_entropy_with_logits(outputs["blendshapes"], scores.nan_to_num(), reduction="none")
    return (losses * known).sum() / known.sum().clamp(min=1)


@torch.no_grad()
def measured(model, faces, rendered, size=64):
    """Validation in the product's crop, and AUs of rendered people that are held out."""
    model.eval()
    images = augment.warp(augment.to_float(faces.images), augment.canonical_pose(faces.landmarks), size=size)
    predicted = torch.cat([model(part.expand(-1, 3, -1, -1))["expression"] for part in images.split(256)]).argmax(1)
    made = F.interpolate(
        augment.to_float(rendered.images), (size, size), mode="bilinear", antialias=True, align_corners=False
    )
    units = torch.cat([model(part)["units"] for part in made.split(256)]).sigmoid()
    return {
        "accuracy": (predicted == faces.label).float().mean().item(),
        "macro_f1": metrics.f1_scores(predicted, faces.label).mean().item(),
        "rendered_r": metrics.correlation(units, rendered.units).mean().item(),
    }


def train(options):
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    run = Run(options.folder)
    faces, validation = data.load(options.data, "train"), data.load(options.data, "validation")
    rendered, held_out = worlds.rendered(options.rendered), worlds.rendered(options.rendered, held_out=True)
    print(f"{len(faces)} real faces, {len(rendered)} rendered, {len(held_out)} held out", flush=True)
    batches = worlds.Worlds(faces, rendered, 64, options.real, options.made, options.strength)
    batches.mirrored_channel = data.mirror_permutation(data.blendshape_names(options.data))
    model = WideTeacher().to(memory_format=torch.channels_last)
    average = Average(model, decay=0.998)
    groups = [
        {"params": [p for p in model.parameters() if p.ndim > 1], "weight_decay": 5e-4},
        {"params": [p for p in model.parameters() if p.ndim == 1], "weight_decay": 0},
    ]
    optimizer = torch.optim.SGD(groups, lr=options.rate, momentum=0.9, nesterov=True)
    state = run.restore(model, average, optimizer)
    first = state["step"] if state else 0
    began, running = time.time(), {}
    for step in range(first, options.steps):
        model.train()
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(options.rate, step, options.steps, warmup=300)
        images, targets = batches.batch(options.seed, step)
        outputs = model(images.contiguous(memory_format=torch.channels_last))
        loss, parts = loss_of(outputs, targets)
        shapes = blendshape_loss(outputs, targets)
        loss = loss + 2 * shapes
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        average.update(model)
        for key, value in (parts | {"blendshapes": shapes}).items():
            running[key] = 0.98 * running.get(key, value.item()) + 0.02 * value.item()
        done = step + 1
        if done % options.save == 0 or done == options.steps:
            run.keep(model, average, optimizer, step=done)
            figures = measured(average.model, validation, held_out) if done % options.check == 0 else {}
            run.log(step=done, seconds=time.time() - began, **running, **figures)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="ferplus.npz")
    parser.add_argument("--rendered", required=True, nargs="+", help="folders of shards")
    parser.add_argument("--folder", required=True, help="checkpoints and log")
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--real", type=int, default=84, help="real faces of a batch")
    parser.add_argument("--made", type=int, default=44, help="rendered faces of a batch")
    parser.add_argument("--rate", type=float, default=0.1)
    parser.add_argument("--strength", type=float, default=0.8)
    parser.add_argument("--save", type=int, default=50, help="steps between checkpoints")
    parser.add_argument("--check", type=int, default=1000, help="steps between measurements on validation")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    train(parse())
