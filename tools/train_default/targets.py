"""What every network here predicts, as one row of outputs, and the losses on it."""

import torch
import torch.nn.functional as F

EXPRESSION = slice(0, 8)
ACTION_UNITS = slice(8, 20)
BLENDSHAPES = slice(20, 72)
LANDMARKS = slice(72, 82)
OUTPUTS = 82


def expression_loss(outputs, votes):
    """Cross-entropy with soft votes, per sample mean."""
    return -(votes * F.log_softmax(outputs[:, EXPRESSION], dim=1)).sum(1).mean()


def score_loss(logits, scores):
    """Binary cross-entropy with soft targets; NaN scores (no face found by the teacher) do not count."""
    known = ~scores.isnan()
    losses = F.binary_cross_entropy_with_logits(logits, scores.nan_to_num(), reduction="none")
    return (losses * known).sum() / known.sum().clamp(min=1)


def landmark_loss(outputs, landmarks):
    """Mean distance along an axis, as a fraction of the side."""
    known = ~landmarks.isnan()
    predicted = outputs[:, LANDMARKS].view_as(landmarks)
    return ((predicted - (landmarks.nan_to_num() - 0.5)).abs() * known).sum() / known.sum().clamp(min=1)


def supervised_loss(outputs, batch, with_landmarks=True):
    """The sum the teacher minimises: crowd votes first, the blendshape model's view of the face besides."""
    loss = expression_loss(outputs, batch["votes"])
    loss = loss + 2 * score_loss(outputs[:, ACTION_UNITS], batch["action_units"])
    loss = loss + 2 * score_loss(outputs[:, BLENDSHAPES], batch["blendshapes"])
    if with_landmarks:
        loss = loss + 4 * landmark_loss(outputs, batch["landmarks"])
    return loss


def mix(batch, partner, weight):
    """Mixup of targets (images are mixed by the caller). A NaN on either side stays NaN."""
    return {key: weight * value + (1 - weight) * value[partner] for key, value in batch.items()}
