"""Accuracy, F1, calibration error and AUC, of arrays."""

import numpy as np


def f1(predicted, truth, value):
    """F1 of one class."""
    hits = np.sum((predicted == value) & (truth == value))
    return 2 * hits / max(1, np.sum(predicted == value) + np.sum(truth == value))


def recall(predicted, truth, value):
    return float(np.mean(predicted[truth == value] == value)) if np.any(truth == value) else float("nan")


def calibration_error(confidence, right, bins=15):
    """Expected calibration error of the winner's probability, bins of equal width."""
    place = np.clip((confidence * bins).astype(int), 0, bins - 1)
    return float(
        sum(
            np.mean(place == k) * abs(np.mean(right[place == k]) - np.mean(confidence[place == k]))
            for k in np.unique(place)
        )
    )


def auc(scores, positive):
    """Probability that a positive scores higher than a negative; ties count half."""
    scores, positive = np.asarray(scores, float), np.asarray(positive, bool)
    order = np.sort(np.concatenate([scores]))
    low, high = np.searchsorted(order, scores, "left"), np.searchsorted(order, scores, "right")
    ranks = (low + high + 1) / 2
    ones, zeros = positive.sum(), (~positive).sum()
    return float((ranks[positive].sum() - ones * (ones + 1) / 2) / max(1, ones * zeros))


def best_threshold(scores, positive):
    """(threshold, accuracy) with the best accuracy."""
    scores, positive = np.asarray(scores, float), np.asarray(positive, bool)
    return max(
        ((float(t), float(np.mean((scores >= t) == positive))) for t in np.unique(scores)), key=lambda pair: pair[1]
    )
