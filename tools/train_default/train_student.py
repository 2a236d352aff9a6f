"""Stage 2: distil the teachers into the CLIP-format student. Resumes from its folder; a finished run does nothing."""

import argparse
import time

import torch

import augment
import data
import metrics
import targets
from batches import Batches
from muon import Muon
from progress import Average, Run, learning_rate
from student import Student, StudentConfiguration
from teachers import Teachers, distillation_loss


class StudentOptimizer:
    """Muon for the matrices between tokens, AdamW for embeddings, norms, biases and readouts."""

    def __init__(self, model):
        matrices = [p for p in model.vision_model.encoder.parameters() if p.ndim == 2]
        inside = {id(p) for p in matrices}
        others = [p for p in model.parameters() if id(p) not in inside]
        decayed, plain = [p for p in others if p.ndim > 1], [p for p in others if p.ndim == 1]
        groups = [{"params": decayed, "weight_decay": 0.05}, {"params": plain, "weight_decay": 0}]
        self.parts = [Muon(matrices), torch.optim.AdamW(groups, betas=(0.9, 0.98))]

    def set_rate(self, rate):
        for part in self.parts:
            for group in part.param_groups:
                group["lr"] = rate

    def step(self):
        for part in self.parts:
            part.step()

    def state_dict(self):
        return [part.state_dict() for part in self.parts]

    def load_state_dict(self, states):
        for part, state in zip(self.parts, states):
            part.load_state_dict(state)


@torch.no_grad()
def predict(model, faces, size=512):
    """Outputs [N, 82] of the student on the images as they are, grey as RGB."""
    rows = []
    for start in range(0, len(faces), size):
        images = augment.to_float(faces.images[start : start + size]).expand(-1, 3, -1, -1)
        rows.append(model(images)[0])
    return torch.cat(rows)


def train(options):
    torch.manual_seed(options.seed)
    train_faces, validation = data.load(options.data, "train"), data.load(options.data, "validation")
    batches = Batches(
        train_faces, data.blendshape_names(options.data), options.batch, options.strength, mix_chance=0.15, mix_alpha=0.5
    )
    configuration = StudentConfiguration()
    teachers = Teachers(options.teacher, configuration.grid)
    model = Student(configuration, teachers.widths)
    if options.start:
        model.load_state_dict(torch.load(options.start, weights_only=True)["average"])
    average = Average(model, decay=0.998)
    optimizer = StudentOptimizer(model)
    run = Run(options.folder)
    first, best = run.resume(model, average, optimizer)
    steps = len(batches) * options.epochs
    for epoch in range(first, options.epochs):
        torch.manual_seed(options.seed * 1000 + epoch)
        model.train()
        began, total = time.time(), 0.0
        views = augment.Augmentation(options.strength, torch.Generator().manual_seed(options.seed * 1000 + epoch))
        for index, (images, batch, mixed) in enumerate(batches.epoch(options.seed, epoch)):
            step = epoch * len(batches) + index
            optimizer.set_rate(learning_rate(options.rate, step, steps, warmup=len(batches)))
            taught = teachers(images)
            loss = distillation_loss(model(views.colour(images)), taught, batch, mixed)
            model.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 2.0)
            optimizer.step()
            average.update(model)
            total += loss.item()
            if options.steps and index + 1 == options.steps:
                break
        outputs = predict(average.model, validation)
        figures = metrics.summary(outputs[:, targets.EXPRESSION], outputs[:, targets.ACTION_UNITS], validation)
        score = figures["accuracy"] + figures["macro_f1"] + figures["au_r"]
        best = run.save(epoch, model, average, optimizer, score, best)
        run.log(stage="student", epoch=epoch, loss=total / (index + 1), **figures, seconds=time.time() - began)


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, help="ferplus.npz")
    parser.add_argument("--folder", required=True, help="checkpoints and log")
    parser.add_argument("--teacher", required=True, nargs="+", help="best.pt of one or more finished teachers")
    parser.add_argument("--start", help="begin a new run from the averaged weights of this checkpoint")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--strength", type=float, default=0.7, help="of the augmentation")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--steps", type=int, default=0, help="stop each epoch early, to try things out")
    return parser.parse_args()


if __name__ == "__main__":
    train(parse())
