"""Accuracy, macro F1, calibration error and agreement with the blendshape teacher."""

import torch


def f1_scores(predicted, label, classes=8):
    """F1 of each class, [classes]; 0 for a class that is neither present nor predicted."""
    scores = torch.zeros(classes)
    for index in range(classes):
        hits = ((predicted == index) & (label == index)).sum().item()
        found, present = (predicted == index).sum().item(), (label == index).sum().item()
        scores[index] = 2 * hits / max(found + present, 1)
    return scores


def correlation(predicted, truth):
    """Pearson r of each column over the rows where the truth is known, [columns]."""
    known = ~truth[:, 0].isnan()
    a, b = predicted[known].double(), truth[known].double()
    a, b = a - a.mean(0), b - b.mean(0)
    return ((a * b).sum(0) / (a.norm(dim=0) * b.norm(dim=0)).clamp(min=1e-12)).float()


def calibration_error(probabilities, label, bins=15):
    """Expected calibration error of the winning class, equal-width bins."""
    confidence, predicted = probabilities.max(1)
    right = (predicted == label).float()
    index = (confidence * bins).long().clamp(max=bins - 1)
    error = 0.0
    for one in index.unique():
        inside = index == one
        error += inside.float().mean().item() * abs(right[inside].mean() - confidence[inside].mean()).item()
    return error


def degree_error(probabilities, degrees, bins=15):
    """For each AU, how far its probability is from the mean degree among faces of like probability, [12]."""
    known = ~degrees[:, 0].isnan()
    probabilities, degrees = probabilities[known], degrees[known]
    index = (probabilities * bins).long().clamp(max=bins - 1)
    errors = torch.zeros(degrees.shape[1])
    for one in range(bins):
        inside = (index == one).float()
        errors += (inside * (probabilities - degrees)).sum(0).abs() / len(degrees)
    return errors


def summary(expression, action_units, faces):
    """The three headline figures, from probabilities or logits [N, 8] and scores [N, 12]."""
    predicted = expression.argmax(1)
    return {
        "accuracy": (predicted == faces.label).float().mean().item(),
        "macro_f1": f1_scores(predicted, faces.label).mean().item(),
        "au_r": correlation(action_units, faces.action_units).mean().item(),
    }
