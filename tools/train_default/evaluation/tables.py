"""The tables: expressions of portraits, smiles, clips, FER+ in the product's crop. Each returns rows (name, value)."""

import csv
import hashlib
import json
import os
import subprocess

import numpy as np

from .figures import auc, best_threshold, calibration_error, f1, recall
from .product import EXPRESSIONS

HALVES = ("selection", "measuring")  # thresholds and operating points are chosen on the first


def bordered(source, target, share=0.25):
    """Copies of pictures with a grey border: faces that fill a picture to the edge are found."""
    from PIL import Image, ImageOps

    os.makedirs(target, exist_ok=True)
    for name in os.listdir(source):
        path = os.path.join(target, name)
        if not os.path.exists(path):
            picture = Image.open(os.path.join(source, name)).convert("RGB")
            ImageOps.expand(picture, int(picture.width * share), (128, 128, 128)).save(path, quality=95)
    return target


def half_of(key):
    """Each person, or picture without one, belongs to one of HALVES for good."""
    return HALVES[hashlib.sha256(key.encode()).digest()[0] & 1]


def listed(path, half="both"):
    """The rows of a table; of external labels also those of one half only."""
    with open(path) as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if half == "both" or half_of(row.get("subject") or row["path"]) == half]


def portraits(product, folder, labels):
    """Expressions of labelled portraits, end to end: a face that is not found counts as wrong in the first row only."""
    rows = product.pictures(folder)
    wanted = [(rows.get(os.path.basename(item["path"])), item["label"]) for item in labels]
    found = [(row, label) for row, label in wanted if row is not None]
    p = np.array([[row[name] for name in EXPRESSIONS] for row, _ in found])
    truth = np.array([EXPRESSIONS.index(label) for _, label in found])
    predicted = p.argmax(1)
    result = [
        ("portraits", len(wanted)),
        ("found", len(found)),
        ("accuracy, end to end", float(np.sum(predicted == truth)) / len(wanted)),
        ("accuracy", float(np.mean(predicted == truth))),
        ("macro F1 of 7 classes", float(np.mean([f1(predicted, truth, k) for k in range(7)]))),
        ("ECE", calibration_error(p.max(1), predicted == truth)),
    ]
    for name in ("neutral", "happiness", "anger", "surprise", "sadness"):
        result.append((f"recall of {name}", recall(predicted, truth, EXPRESSIONS.index(name))))
    for name in ("sadness", "anger", "surprise"):
        one = EXPRESSIONS.index(name)
        pair = (truth == one) | (truth == 0)
        result.append((f"AUC of {name} against neutral", auc(p[pair, one] - p[pair, 0], truth[pair] == one)))
    happy = [row for row, _ in found if row["happiness"] > 0.9]
    off = sum(row["AU12"] < product.thresholds()["AU12"] for row in happy)
    result.append(("happiness > .9 and AU12 inactive", f"{off} of {len(happy)}"))
    names = {label: [row for row, l in found if l == label] for label in EXPRESSIONS}

    def separation(unit, high, low):
        both = names[high] + names[low]
        return auc([row[unit] for row in both], [True] * len(names[high]) + [False] * len(names[low]))

    for unit, high, low in (
        ("AU12", "happiness", "anger"),
        ("AU04", "sadness", "neutral"),
        ("AU04", "anger", "neutral"),
        ("AU15", "sadness", "neutral"),
        ("AU24", "anger", "happiness"),
        ("AU01", "surprise", "neutral"),
    ):
        result.append((f"AUC of {unit}, {high} against {low}", separation(unit, high, low)))
    return result


def smiles(product, folder, labels):
    """AU12 against people's word for a smile."""
    rows = product.pictures(folder)
    found = [
        (rows[os.path.basename(item["path"])], item["smile"] == "1")
        for item in labels
        if rows.get(os.path.basename(item["path"]))
    ]
    scores, smiling = np.array([row["AU12"] for row, _ in found]), np.array([smile for _, smile in found])
    threshold = product.thresholds()["AU12"]
    at, best = best_threshold(scores, smiling)
    happy = [row for row, _ in found if row["happiness"] > 0.9]
    return [
        ("smiles: pictures", len(labels)),
        ("found", len(found)),
        ("AUC of AU12", auc(scores, smiling)),
        (f"accuracy at the threshold {threshold}", float(np.mean((scores >= threshold) == smiling))),
        (f"accuracy at the best threshold, {at:.2f}", best),
        ("happiness > .9 and AU12 inactive", f"{sum(row['AU12'] < threshold for row in happy)} of {len(happy)}"),
    ]


def clips(product, folder, expectations):
    """One row for each of `expectations`: clip, first, last, when, column, at_least, at_most."""
    thresholds, result = product.thresholds(), []
    for item in expectations:
        path = os.path.join(folder, item["clip"])
        if not os.path.exists(path):
            continue
        rows = [row for row in product.table(path) if row["face_id"] >= 0]
        rows = [row for row in rows if int(item["first"]) <= row["frame"] <= int(item["last"])]
        if item["when"]:
            column, limit = item["when"].split(">")
            rows = [row for row in rows if row[column] > float(limit)]
        column = item["column"]
        active = sum(row[column] >= thresholds.get(column, 0.5) for row in rows)
        mean = float(np.mean([row[column] for row in rows])) if rows else float("nan")
        wanted = f"at least {item['at_least']}" if item["at_least"] else f"at most {item['at_most']}"
        when = f" while {item['when']}" if item["when"] else ""
        result.append(
            (
                f"{item['clip']} {item['first']}-{item['last']}{when}: {column} active, {wanted}",
                f"{active} of {len(rows)}, mean {mean:.2f}",
            )
        )
    return result


def ferplus(command, model, data, split, folder):
    """FER+ faces cropped as the product crops (eyes by the data's landmarks), read by `mien evaluate`."""
    import torch

    import augment
    import data as faces_of
    import pictures

    faces = faces_of.load(data, split)
    aligned = augment.warp(augment.to_float(faces.images), augment.canonical_pose(faces.landmarks))
    faces.images = ((aligned + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
    target = os.path.join(folder, "ferplus-" + split)
    if not os.path.exists(os.path.join(target, "labels.csv")):
        pictures.write(faces, target, 0, 1)
    run = [
        command,
        "evaluate",
        "--task",
        "expression",
        "--labels",
        os.path.join(target, "labels.csv"),
        "--no-faces",
        "--json",
        "-q",
    ]
    run += ["--model", model, "--heads", model] if model else []
    report = json.loads(subprocess.run(run, stdout=subprocess.PIPE, check=True).stdout)
    return [
        (f"FER+ {split}, product's crop: faces", report["samples"]),
        ("accuracy", report["accuracy"]),
        ("macro F1", report["macro_f1"]),
    ]
