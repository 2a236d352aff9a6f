"""Finished teachers, asked together."""

import torch
import torch.nn.functional as F

import targets
from convolutional_teacher import Teacher


class Teachers:
    """The mean opinion of one or more convolutional teachers, and the feature maps of the first."""

    def __init__(self, checkpoints, grid):
        self.models, self.grid = [], grid
        for path in checkpoints:
            model = Teacher().to(memory_format=torch.channels_last)
            model.load_state_dict(torch.load(path, weights_only=True)["average"])
            self.models.append(model.eval())
        self.widths = self.models[0].widths

    @torch.no_grad()
    def __call__(self, images):
        """For grey [N, 1, 48, 48]: expression probabilities, other scores, landmarks, and features."""
        images = images.contiguous(memory_format=torch.channels_last)
        maps = [model.maps(images) for model in self.models]
        outputs = [model.read(late) for model, (_, late) in zip(self.models, maps)]
        middle, late = maps[0]
        return {
            "expression": torch.stack([F.softmax(o[:, targets.EXPRESSION], dim=1) for o in outputs]).mean(0),
            "action_units": torch.stack([o[:, targets.ACTION_UNITS].sigmoid() for o in outputs]).mean(0),
            "blendshapes": torch.stack([o[:, targets.BLENDSHAPES].sigmoid() for o in outputs]).mean(0),
            "landmarks": torch.stack([o[:, targets.LANDMARKS] for o in outputs]).mean(0),
            "pooled": standardised(late.mean((2, 3)), (0,)),
            "middle": self._tokens(middle),
            "late": self._tokens(late),
        }


    def _tokens(self, features):
        """A map [N, C, H, W] at the places of the student's patches, [N, grid^2, C]."""
        size = (self.grid, self.grid)
        resized = F.interpolate(features, size, mode="bilinear", align_corners=False, antialias=True)
        return standardised(resized.flatten(2).transpose(1, 2), (0, 1))


def standardised(features, axes):
    """Each channel to zero mean and unit variance over the batch: no channel of the teacher outshouts another."""
    centred = features - features.mean(axes, keepdim=True)
    return centred / (centred.pow(2).mean(axes, keepdim=True).sqrt() + 1e-4)


def distillation_loss(readouts, taught, batch, mixed):
    """What the student minimises: agree with the teachers everywhere, and a little with the raw labels."""
    outputs, pooled, middle, late = readouts
    logarithm = F.log_softmax(outputs[:, targets.EXPRESSION], dim=1)
    loss = -(taught["expression"] * logarithm).sum(1).mean()
    loss = loss + 2 * targets.score_loss(outputs[:, targets.ACTION_UNITS], taught["action_units"])
    loss = loss + 2 * targets.score_loss(outputs[:, targets.BLENDSHAPES], taught["blendshapes"])
    loss = loss + 4 * (outputs[:, targets.LANDMARKS] - taught["landmarks"]).abs().mean()
    loss = loss + F.mse_loss(pooled, taught["pooled"])
    loss = loss + F.mse_loss(middle, taught["middle"]) + F.mse_loss(late, taught["late"])
    return loss + 0.4 * targets.supervised_loss(outputs, batch, with_landmarks=not mixed)
