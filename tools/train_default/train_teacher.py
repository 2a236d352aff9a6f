"""Stage 1: train one convolutional teacher. Resumes from its folder; a finished run returns at once."""

import argparse
import time

import torch

import augment
import data
import metrics
import targets
from batches import Batches
from convolutional_teacher import Teacher
from progress import Average, Run, learning_rate


@torch.no_grad()
def predict(model, faces, size=512):
    """Outputs [N, 82] of a grey network on the images as they are."""
    rows = []
    for start in range(0, len(faces), size):
        images = augment.to_float(faces.images[start : start + size])
        rows.append(model(images.contiguous(memory_format=torch.channels_last)))
    return torch.cat(rows)


def train(options):
    torch.manual_seed(options.seed)
    train_faces, validation = data.load(options.data, "train"), data.load(options.data, "validation")
    batches = Batches(
        train_faces, data.blendshape_names(options.data), options.batch, options.strength, mix_chance=0.3, mix_alpha=0.3
    )
    model = Teacher().to(memory_format=torch.channels_last)
    average = Average(model, decay=0.998)
    decayed = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim == 1]
    optimizer = torch.optim.SGD(
        [{"params": decayed, "weight_decay": 5e-4}, {"params": plain, "weight_decay": 0}],
        lr=options.rate, momentum=0.9, nesterov=True,
    )
    run = Run(options.folder)
    first, best = run.resume(model, average, optimizer)
    steps = len(batches) * options.epochs
    for epoch in range(first, options.epochs):
        torch.manual_seed(options.seed * 1000 + epoch)
        model.train()
        began, total = time.time(), 0.0
        for index, (images, batch, mixed) in enumerate(batches.epoch(options.seed, epoch)):
            step = epoch * len(batches) + index
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(options.rate, step, steps, warmup=len(batches))
            outputs = model(images.contiguous(memory_format=torch.channels_last))
            loss = targets.supervised_loss(outputs, batch, with_landmarks=not mixed)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
            average.update(model)
            total += loss.item()
            if options.steps and index + 1 == options.steps:
                break
        outputs = predict(average.model, validation)
        figures = metrics.summary(outputs[:, targets.EXPRESSION], outputs[:, targets.ACTION_UNITS], validation)
        score = figures["accuracy"] + figures["macro_f1"] + figures["au_r"]
        best = run.save(epoch, model, average, optimizer, score, best)
        run.log(stage="teacher", epoch=epoch, loss=total / (index + 1), **figures, seconds=time.time() - began)


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, help="ferplus.npz")
    parser.add_argument("--folder", required=True, help="checkpoints and log")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=0.1)
    parser.add_argument("--strength", type=float, default=0.8, help="of the augmentation")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--steps", type=int, default=0, help="stop each epoch early, to try things out")
    return parser.parse_args()


if __name__ == "__main__":
    train(parse())
