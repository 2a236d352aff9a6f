"""Stage 2b: the student learns action units from rendered faces, and keeps its expressions on real ones.

Starts from a finished model folder, or goes on from an earlier run (`--begin`); the folder's opinion of a real face may be
a part of the target beside the votes. The input may grow: the patch kernels are resampled, so that 64 pixels in patches of 8 begin where 48 in patches of 6 ended.
Resumes from its folder, at the last of the steps it saved.
"""

import argparse
import os
import time

import torch
import torch.nn.functional as F
from torch import nn

import augment
import data
import metrics
import worlds
from model_folder import ModelFolder
from progress import Average, Run, learning_rate, write
from readouts import Readout, loss_of
from student import Student, StudentConfiguration
from teachers import standardised
from train_student import StudentOptimizer
from train_wide_teacher import WideTeacher


class Adapted(nn.Module):
    """The student with its readouts; trained as one."""

    def __init__(self, student, wide_widths=None):
        super().__init__()
        self.vision_model, self.visual_projection = student.vision_model, student.visual_projection
        width, projected = student.configuration.hidden_size, student.configuration.projection_dim
        self.readout = Readout(projected)
        if wide_widths:
            middle, late = wide_widths
            self.pooled = nn.Linear(projected, late)
            self.middle = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, middle))
            self.late = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, late))

    def embed(self, x):
        return self.visual_projection(self.vision_model.post_layernorm(self.vision_model(x)[-1][:, 0]))

    def forward(self, x):
        return self.readout(self.embed(x))

    def mimic(self, x, pooled, middle, late):
        """The readouts, and how far the tokens are from telling the wide teacher's maps (mean squares)."""
        tokens = self.vision_model(x)
        embedding = self.visual_projection(self.vision_model.post_layernorm(tokens[-1][:, 0]))
        far = F.mse_loss(self.pooled(embedding), pooled)
        far = far + F.mse_loss(self.middle(tokens[len(tokens) // 2 - 1][:, 1:]), middle)
        return self.readout(embedding), far + F.mse_loss(self.late(tokens[-2][:, 1:]), late)


def resized_kernels(weight, patch):
    """Patch kernels [width, 3, p, p] for patches of another size: a picture enlarged likewise gives the same tokens.

    The pseudo-inverse of the enlargement (Beyer et al. 2023, FlexiViT).
    """
    old = weight.shape[-1]
    basis = torch.eye(old * old).view(old * old, 1, old, old)
    enlarged = F.interpolate(basis, size=(patch, patch), mode="bilinear", align_corners=False).view(
        old * old, patch * patch
    )
    return (weight.flatten(2) @ torch.linalg.pinv(enlarged).T).view(*weight.shape[:2], patch, patch)


def enlarged(folder, size):
    """The student of a model folder, for input of `size` pixels in as many patches."""
    old = ModelFolder(folder).encoder
    configuration = old.configuration
    patch = configuration.patch_size * size // configuration.image_size
    new = Student(StudentConfiguration(**(vars(configuration) | {"image_size": size, "patch_size": patch})))
    state = old.state_dict()
    key = "vision_model.embeddings.patch_embedding.weight"
    if patch != configuration.patch_size:
        state[key] = resized_kernels(state[key], patch)
    new.load_state_dict(state)
    return new


class Wide:
    """A finished wide teacher: what it says of a batch, and its maps at the places of the student's patches."""

    def __init__(self, path, grid):
        self.model = WideTeacher().to(memory_format=torch.channels_last).eval()
        self.model.load_state_dict(torch.load(path, weights_only=True)["average"])
        self.grid, self.widths = grid, self.model.widths

    @torch.no_grad()
    def __call__(self, images):
        middle, late = self.model.maps(images.contiguous(memory_format=torch.channels_last))
        return self.model.read(late), standardised(late.mean((2, 3)), (0,)), self._tokens(middle), self._tokens(late)

    def _tokens(self, features):
        """A map [N, C, H, W] at the student's patches, [N, grid^2, C]."""
        size = (self.grid, self.grid)
        resized = F.interpolate(features, size, mode="bilinear", align_corners=False, antialias=True)
        return standardised(resized.flatten(2).transpose(1, 2), (0, 1))

    def fill_in(self, targets, outputs):
        """Real faces: half of an expression's target is the teacher's; an AU that is not known is what the teacher sees."""
        real = (targets["rendered"] == 0)[:, None]
        votes = 0.5 * targets["votes"] + 0.5 * outputs["expression"].softmax(1)
        targets["votes"] = torch.where(real, votes, targets["votes"])
        weights = targets["unit_weights"]
        units = weights * targets["units"] + (1 - weights) * outputs["units"].sigmoid()
        targets["units"] = torch.where(real, units, targets["units"])
        targets["unit_weights"] = torch.where(real, weights.clamp(min=0.7), weights)


@torch.no_grad()
def opinions(folder, faces):
    """What a model folder makes of real faces in the product's crop: [N, 8]."""
    model = ModelFolder(folder)
    images = augment.warp(augment.to_float(faces.images), augment.canonical_pose(faces.landmarks))
    return model.read(model.embed(images.expand(-1, 3, -1, -1)))[0]


@torch.no_grad()
def measured(model, faces, rendered, size):
    """Validation: expressions of real faces in the product's crop, AUs of held-out rendered people."""
    model.eval()
    images = augment.warp(augment.to_float(faces.images), augment.canonical_pose(faces.landmarks), size=size)
    outputs = [model(part.expand(-1, 3, -1, -1)) for part in images.split(512)]
    predicted = torch.cat([o["expression"] for o in outputs]).argmax(1)
    figures = {
        "accuracy": (predicted == faces.label).float().mean().item(),
        "macro_f1": metrics.f1_scores(predicted, faces.label).mean().item(),
    }
    made = F.interpolate(
        augment.to_float(rendered.images), size=(size, size), mode="bilinear", antialias=True, align_corners=False
    )
    units = torch.cat([model(part)["units"] for part in made.split(512)]).sigmoid()
    figures["rendered_r"] = metrics.correlation(units, rendered.units).mean().item()
    return figures


def train(options):
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    run = Run(options.folder)
    faces, validation = data.load(options.data, "train"), data.load(options.data, "validation")
    believed = faces.votes
    if options.opinion:
        path = os.path.join(options.folder, "opinions.pt")
        if not os.path.exists(path):
            write(path, opinions(options.teacher, faces))
        believed = (1 - options.opinion) * faces.votes + options.opinion * torch.load(path, weights_only=True)
    rendered, held_out = worlds.rendered(options.rendered), worlds.rendered(options.rendered, held_out=True)
    print(f"{len(faces)} real faces, {len(rendered)} rendered, {len(held_out)} held out", flush=True)
    batches = worlds.Worlds(faces, rendered, options.size, options.real, options.made, options.strength, believed)
    student = enlarged(options.teacher, options.size)
    wide = Wide(options.wide, student.configuration.grid) if options.wide else None
    model = Adapted(student, wide and wide.widths)
    if options.begin:
        model.load_state_dict(torch.load(options.begin, weights_only=True)["average"])
    average, optimizer = Average(model, decay=0.998), StudentOptimizer(model)
    state = run.restore(model, average, optimizer)
    first = state["step"] if state else 0
    began, running = time.time(), {}
    last = min(options.stop or options.steps, options.steps)
    for step in range(first, last):
        model.train()
        optimizer.set_rate(learning_rate(options.rate, step, options.steps, options.warmup))
        images, targets = batches.batch(options.seed, step)
        if wide:
            taught, *maps = wide(images)
            wide.fill_in(targets, taught)
            outputs, far = model.mimic(images, *maps)
            loss, parts = loss_of(outputs, targets, options.expression)
            loss, parts = loss + far, parts | {"far": far}
        else:
            loss, parts = loss_of(model(images), targets, options.expression)
        model.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 2.0)
        optimizer.step()
        average.update(model)
        for key, value in parts.items():
            running[key] = 0.98 * running.get(key, value.item()) + 0.02 * value.item()
        if (step + 1) % options.save == 0 or step + 1 == last:
            run.keep(model, average, optimizer, step=step + 1, size=options.size)
            figures = {}
            if (step + 1) % options.check == 0 or step + 1 == last:
                figures = measured(average.model, validation.first(options.checked), held_out, options.size)
            run.log(step=step + 1, seconds=time.time() - began, **running, **figures)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="ferplus.npz")
    parser.add_argument("--rendered", required=True, nargs="+", help="folders of shards")
    parser.add_argument("--teacher", required=True, help="the model folder to begin with")
    parser.add_argument("--wide", help="last.pt of train_wide_teacher.py, to learn its maps and opinions as well")
    parser.add_argument("--begin", help="last.pt of an earlier run like this, whose averaged weights to go on from")
    parser.add_argument("--folder", required=True, help="checkpoints and log")
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--stop", type=int, help="end after this step of the schedule")
    parser.add_argument("--real", type=int, default=80, help="real faces of a batch")
    parser.add_argument("--made", type=int, default=56, help="rendered faces of a batch")
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--warmup", type=int, default=150, help="steps until the rate is at its peak")
    parser.add_argument("--expression", type=float, default=1.0, help="weight of the votes against the other targets")
    parser.add_argument("--strength", type=float, default=0.7)
    parser.add_argument("--save", type=int, default=100, help="steps between checkpoints")
    parser.add_argument("--check", type=int, default=500, help="steps between measurements on validation")
    parser.add_argument("--checked", type=int, default=3553, help="validation faces measured")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--opinion",
        type=float,
        default=0.0,
        help="share of the old model's opinion in the target of a real face's expression",
    )
    parser.add_argument("--seed", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    train(parse())
