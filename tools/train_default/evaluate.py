"""Accuracy, macro F1, AU agreement and calibration of a finished model folder, under every condition.

Choose with `--split validation`. `--split test` is for the final figures only.
"""

import argparse
import json
import time

import torch

import augment
import data
import metrics
from conditions import CONDITIONS
from model_folder import ModelFolder


def read(model, images):
    """Calibrated probabilities [N, 8] and [N, 12] of grey or RGB images."""
    return model.read(model.embed(images.expand(-1, 3, -1, -1)))


def table(model, faces, names):
    images, rows = augment.to_float(faces.images), {}
    for name in names:
        expression, units = read(model, CONDITIONS[name](images, faces))
        rows[name] = metrics.summary(expression, units, faces)
        rows[name]["ece"] = metrics.calibration_error(expression, faces.label)
    return rows


def details(model, faces):
    """Per class and per AU, as it is and averaged with the mirror image."""
    images = augment.to_float(faces.images)
    embeddings = model.embed(images.expand(-1, 3, -1, -1))
    expression, units = model.read(embeddings)
    mirrored = read(model, images.flip(3))
    both = ((expression + mirrored[0]) / 2, (units + mirrored[1]) / 2)
    predicted = expression.argmax(1)
    threshold = torch.tensor(model.manifest["calibration"]["au_thresholds"])
    known = ~faces.action_units[:, 0].isnan()
    active, truth = units[known] >= threshold, faces.action_units[known] >= 0.5
    f1 = 2 * (active & truth).sum(0) / (active.sum(0) + truth.sum(0)).clamp(min=1)
    names = [f"AU{unit}" for unit in data.ACTION_UNITS]
    confusion = torch.zeros(8, 8, dtype=torch.long)
    confusion.index_put_((faces.label, predicted), torch.ones(len(faces), dtype=torch.long), accumulate=True)
    uncalibrated = model.heads["expression"](embeddings).detach().softmax(1)
    return {
        "ece before and after": [metrics.calibration_error(p, faces.label) for p in (uncalibrated, expression)],
        "au calibration error": dict(zip(names, metrics.degree_error(units, faces.action_units).tolist())),
        "with the mirror image": metrics.summary(*both, faces),
        "f1": dict(zip(data.EXPRESSIONS, metrics.f1_scores(predicted, faces.label).tolist())),
        "au_r": dict(zip(names, metrics.correlation(units, faces.action_units).tolist())),
        "au_f1": dict(zip(names, f1.tolist())),
        "confusion (rows: truth)": confusion.tolist(),
    }


def markdown(rows):
    lines = ["| condition | accuracy | macro F1 | AU r | ECE |", "| --- | --- | --- | --- | --- |"]
    for name, row in rows.items():
        figures = [f"{row[key]:.3f}" for key in ("accuracy", "macro_f1", "au_r", "ece")]
        lines.append("| " + " | ".join([name, *figures]) + " |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--model", required=True, help="exported folder with heads.safetensors")
    parser.add_argument("--split", default="validation", choices=list(data.SPLITS))
    parser.add_argument("--quick", action="store_true", help="only the first three conditions")
    parser.add_argument("--json", help="also write everything here")
    options = parser.parse_args()
    began = time.time()
    model, faces = ModelFolder(options.model), data.load(options.data, options.split)
    names = list(CONDITIONS)[:3] if options.quick else list(CONDITIONS)
    report = {"split": options.split, "faces": len(faces), "conditions": table(model, faces, names)}
    report |= details(model, faces)
    print(f"{len(faces)} {options.split} faces, {time.time() - began:.0f} s\n\n{markdown(report['conditions'])}\n")
    print(json.dumps({k: v for k, v in report.items() if k != "conditions"}, indent=1))
    if options.json:
        with open(options.json, "w") as file:
            json.dump(report, file, indent=1)


if __name__ == "__main__":
    main()
