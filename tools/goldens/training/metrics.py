"""What scikit-learn and numpy say of random predictions: Tests/MienTrainingTests/Goldens/metrics-*.json."""

import json
from pathlib import Path

import numpy as np
from sklearn.metrics import confusion_matrix, f1_score, log_loss, precision_recall_fscore_support

GOLDENS = Path("Tests/MienTrainingTests/Goldens")
rng = np.random.default_rng(5)


def ece(confidence, hit, bins=15):
    """Guo et al., 2017: bins (k / bins, (k + 1) / bins]."""
    index = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    gaps = [abs(confidence[index == b].mean() - hit[index == b].mean()) * (index == b).sum() for b in set(index)]
    return sum(gaps) / len(confidence)


def worst_tenth(losses):
    losses = np.sort(losses)[::-1]
    share = 0.1 * len(losses)
    whole = int(share + 1e-9)
    return (losses[:whole].sum() + (share - whole) * losses[whole]) / share


def expression(name, n, classes):
    truth = rng.choice(classes, n)
    logits = np.float32(rng.normal(size=(n, 8)) + 1.5 * np.eye(8)[truth])
    z = logits.astype(np.float64)
    p = np.exp(z - z.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    predicted = p.argmax(1)
    precision, recall, f1, support = precision_recall_fscore_support(
        truth, predicted, labels=range(8), zero_division=0)
    losses = -np.log(p[np.arange(n), truth])
    result = {
        "labels": truth.tolist(), "logits": logits.astype(float).flatten().tolist(),
        "macro_f1": f1_score(truth, predicted, labels=range(8), average="macro", zero_division=0),
        "macro_f1_of_present": f1_score(truth, predicted, average="macro", zero_division=0),
        "accuracy": float((truth == predicted).mean()),
        "confusion": confusion_matrix(truth, predicted, labels=range(8)).flatten().tolist(),
        "precision": precision.tolist(), "recall": recall.tolist(), "f1": f1.tolist(), "support": support.tolist(),
        "loss": log_loss(truth, p, labels=range(8)), "worst": worst_tenth(losses),
        "ece": ece(p.max(1), predicted == truth),
    }
    (GOLDENS / f"metrics-{name}.json").write_text(json.dumps(result))


def action_units(name, n):
    truth = (rng.random((n, 12)) < rng.uniform(0.05, 0.6, 12)).astype(float)
    truth[:, 11] = 0
    logits = np.float32(rng.normal(size=(n, 12)) + 1.5 * truth - 0.7)
    missing = rng.random((n, 12)) < 0.1
    p = 1 / (1 + np.exp(-logits.astype(np.float64)))
    thresholds = np.round(rng.uniform(0.2, 0.7, 12), 2)

    def f1(limits):
        return [f1_score(truth[~missing[:, u], u], p[~missing[:, u], u] >= limits[u], zero_division=0) for u in range(12)]

    known = ~missing
    losses = -(truth * np.log(p) + (1 - truth) * np.log1p(-p))[known]
    result = {
        "labels": [None if m else t for t, m in zip(truth.flatten().tolist(), missing.flatten().tolist())],
        "logits": logits.astype(float).flatten().tolist(), "thresholds": thresholds.tolist(),
        "f1": f1([0.5] * 12), "f1_tuned": f1(thresholds), "macro_f1": float(np.mean(f1([0.5] * 12))),
        "loss": float(losses.mean()), "worst": worst_tenth(losses), "ece": ece(p[known], truth[known]),
    }
    (GOLDENS / f"metrics-{name}.json").write_text(json.dumps(result))


def graded_action_units(name, n):
    """Pearson's r of probabilities with degrees, some of them missing, AU26 the same throughout."""
    truth = rng.random((n, 12)).round(3)
    logits = np.float32(rng.normal(size=(n, 12)) + np.linspace(-1, 4, 12) * (truth - 0.5))
    truth[:, 11] = 0.25
    missing = rng.random((n, 12)) < 0.1
    p = 1 / (1 + np.exp(-logits.astype(np.float64)))
    r = [np.corrcoef(p[~missing[:, u], u], truth[~missing[:, u], u])[0, 1] for u in range(11)]
    result = {
        "labels": [None if m else t for t, m in zip(truth.flatten().tolist(), missing.flatten().tolist())],
        "logits": logits.astype(float).flatten().tolist(), "r": r, "mean_r": float(np.mean(r)),
    }
    (GOLDENS / f"metrics-{name}.json").write_text(json.dumps(result))


if __name__ == "__main__":
    expression("expression", 200, 8)
    expression("few-classes", 33, [0, 3, 4])
    action_units("au", 120)
    graded_action_units("graded", 60)
