"""What networks of two worlds predict, and the loss on it."""

import torch
import torch.nn.functional as F
from torch import nn


class Readout(nn.Module):
    """Linear readouts of the embedding: 8 expressions, 18 AUs, pose (2), visible parts (4)."""

    SIZES = {"expression": 8, "units": 18, "pose": 2, "visible": 4}

    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(width, sum(self.SIZES.values()))
        nn.init.normal_(self.linear.weight, std=0.02 / width**0.5)

    def forward(self, embedding):
        parts = self.linear(embedding).split(list(self.SIZES.values()), dim=1)
        return dict(zip(self.SIZES, parts))


def loss_of(outputs, targets, expression_weight=1.0):
    """The sum that is minimised, and its parts. Rendered votes count a third of real ones."""
    logarithm = F.log_softmax(outputs["expression"], dim=1)
    rendered = targets["rendered"]
    weights = targets["vote_weights"] * torch.where(rendered > 0, 0.3, 1.0)
    expression = -((targets["votes"] * logarithm).sum(1) * weights).sum() / weights.sum().clamp(min=1)
    allowed = 1 - (logarithm.exp() * targets["denied"]).sum(1)
    denied = -(allowed.clamp(min=1e-4).log()).sum() / len(allowed)
    units = F.binary_cross_entropy_with_logits(outputs["units"], targets["units"], reduction="none")
    units = (units * targets["unit_weights"]).sum() / targets["unit_weights"].sum().clamp(min=1)
    pose = ((outputs["pose"] - targets["pose"]).abs() * rendered[:, None]).sum() / rendered.sum().clamp(min=1)
    visible = F.binary_cross_entropy_with_logits(outputs["visible"], targets["visible"], reduction="none")
    visible = (visible * rendered[:, None]).sum() / rendered.sum().clamp(min=1) / 4
    parts = {"expression": expression, "denied": denied, "units": units, "pose": pose, "visible": visible}
    return expression_weight * expression + 0.5 * denied + 4 * units + 0.2 * pose + 0.2 * visible, parts
