"""Temperature, operating point and thresholds of a model of two worlds, in its mien.json and the bias of its expression head.

Temperature and operating point: on faces outside FER+ (`--portraits`, `--smiles`: features of `mien embed` with labels), which no weight
has seen. The operating point is a shift of each expression's logit, put into the head's bias, because web faces are neutral far more often than
faces that somebody chose to film: without it slight sadness and surprise are decided as neutral.
Thresholds of AUs: AU12 on people's word for smiles; the others where the F1 on rendered people that were held out is best, raised until
at most two of a hundred faces show an AU that their votes exclude. Grades: how far each AU agrees with rendered truth (r), and with votes (AUC).
"""

import argparse
import itertools
import json
import os
import shutil

import numpy as np
import torch
from safetensors.torch import load_file, save_file

import data
import metrics
from evaluation.figures import auc, best_threshold
from model_folder import ModelFolder

# Where votes tell of an AU: present in the first expression, absent in the second.
_VOTED = {
    1: ("surprise", "neutral"), 2: ("surprise", "neutral"), 4: ("anger", "happiness"), 6: ("happiness", "neutral"),
    7: ("happiness", "surprise"), 10: ("disgust", "neutral"), 12: ("happiness", "anger"), 15: ("sadness", "happiness"),
    23: ("anger", "happiness"), 24: ("anger", "happiness"), 25: ("surprise", "neutral"), 26: ("surprise", "neutral"),
}  # fmt: skip
_EXCLUDED = {4: ("happiness", "surprise"), 12: ("anger", "sadness"), 15: ("happiness", "surprise"),
             23: ("happiness", "surprise"), 24: ("happiness", "surprise"), 6: ("surprise",), 26: ("neutral",)}  # fmt: skip
PRESENT, FALSE_SHARE = 0.4, 0.02  # FACS B and more; of excluded faces


def logits(model, features):
    with torch.no_grad():
        return model.heads["expression"](features), model.heads["au"](features)


def operating_point(scores, truth, least_neutral=0.86):
    """Shifts [8] of the logits: the best sum of accuracy and mean recall of five classes with enough neutral recall."""
    best = (-1, np.zeros(8))
    sad, surprised, angry = np.arange(-0.2, 2.01, 0.2), np.arange(-0.2, 1.81, 0.2), np.arange(-0.4, 1.41, 0.2)
    for shift in itertools.product(sad, surprised, angry):
        moved = scores.copy()
        moved[:, [5, 6, 1]] += shift
        right = moved.argmax(1) == truth
        recalls = [right[truth == k].mean() for k in (0, 4, 1, 6, 5)]
        score = right.mean() + 0.6 * np.mean(recalls) + 0.4 * min(recalls[3:])
        if recalls[0] >= least_neutral and score > best[0]:
            found = np.zeros(8)
            found[[5, 6, 1]] = shift
            best = (score, found)
    return best[1]


def temperature(scores, truth):
    """The temperature with the least calibration error."""
    scores, truth = torch.as_tensor(scores), torch.as_tensor(truth)
    candidates = np.arange(0.4, 2.01, 0.02)
    errors = [metrics.calibration_error((scores / float(t)).softmax(1), truth) for t in candidates]
    smooth = np.convolve(np.pad(errors, 2, "edge"), np.ones(5) / 5, "valid")
    return float(candidates[int(np.argmin(smooth))])


def f1_threshold(probabilities, truth):
    candidates = np.arange(0.1, 0.81, 0.02)
    scores = [
        2 * np.sum((probabilities >= t) & truth) / max(1, np.sum(probabilities >= t) + truth.sum()) for t in candidates
    ]
    return float(candidates[int(np.argmax(scores))])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--features", required=True, help="the folder of two_world_features.py")
    parser.add_argument(
        "--model", required=True, help="folder with heads; its mien.json and the head's bias are rewritten"
    )
    parser.add_argument("--encoder", required=True, help="its folder from export.py, which says where it comes from")
    parser.add_argument("--portraits", required=True, help="safetensors: features [N, d], labels [N]")
    parser.add_argument("--smiles", required=True, help="safetensors: features [N, d], labels [N] 0 or 1")
    options = parser.parse_args()
    heads = os.path.join(options.model, "heads.safetensors")
    if not os.path.exists(heads + ".uncalibrated"):
        shutil.copyfile(heads, heads + ".uncalibrated")
    shutil.copyfile(heads + ".uncalibrated", heads)
    model = ModelFolder(options.model)
    portraits, smiles = load_file(options.portraits), load_file(options.smiles)
    expression, _ = logits(model, portraits["features"])
    scores, truth = expression.numpy().astype(float), portraits["labels"].numpy()
    shift = operating_point(scores, truth)
    degree = temperature(scores + shift, truth)
    tensors = load_file(heads)
    tensors["expression.output.bias"] = tensors["expression.output.bias"] + torch.tensor(shift, dtype=torch.float32)
    save_file({key: value.contiguous() for key, value in tensors.items()}, heads)

    held = load_file(os.path.join(options.features, "validation.au.safetensors"))
    expressions = load_file(os.path.join(options.features, "validation.expression.safetensors"))
    faces = data.load(options.data, "validation").first(len(expressions["labels"]))
    _, units = logits(model, held["features"])
    probabilities = units.sigmoid().numpy()
    real, made = probabilities[: len(faces)], probabilities[len(faces) :]
    exact = held["labels"][len(faces) :].numpy()
    _, smiling = logits(model, smiles["features"])
    smiling = smiling[:, data.ACTION_UNITS.index(12)].sigmoid().numpy()
    votes = faces.votes.numpy()

    def clear(name):
        return votes[:, data.EXPRESSIONS.index(name)] > 0.6

    thresholds, grades = [], {}
    for column, unit in enumerate(data.ACTION_UNITS):
        known = ~np.isnan(exact[:, column])
        if unit == 12:
            threshold = best_threshold(smiling, smiles["labels"].numpy() == 1)[0]
        else:
            threshold = f1_threshold(made[known, column], exact[known, column] >= PRESENT)
        excluded = [clear(name) for name in _EXCLUDED.get(unit, ())]
        if excluded and unit != 12:
            threshold = max(threshold, float(np.quantile(real[np.any(excluded, axis=0), column], 1 - FALSE_SHARE)))
        thresholds.append(round(float(np.clip(threshold, 0.05, 0.9)), 2))
        high, low = clear(_VOTED[unit][0]), clear(_VOTED[unit][1])
        both = high | low
        grades[f"AU{unit:02}"] = {
            "rendered_r": round(float(np.corrcoef(made[known, column], exact[known, column])[0, 1]), 3),
            "votes_auc": round(auc(real[both, column], high[both]), 3),
        }
    with open(os.path.join(options.encoder, "mien.json")) as file:
        provenance = json.load(file)["provenance"]
    manifest = model.manifest
    manifest["calibration"] |= {
        "expression_temperature": round(degree, 4), "au_thresholds": thresholds, "au_scale": [1.0] * 12, "au_bias": [0.0] * 12,
    }  # fmt: skip
    manifest["provenance"] |= provenance | {
        "operating_point": dict(zip(data.EXPRESSIONS, np.round(shift, 2).tolist())), "au_grades": grades,
    }  # fmt: skip
    with open(os.path.join(options.model, "mien.json"), "w") as file:
        json.dump(manifest, file, indent=2)
        file.write("\n")
    print("shift", dict(zip(data.EXPRESSIONS, np.round(shift, 2).tolist())), "temperature", round(degree, 3))
    for unit, threshold, (name, grade) in zip(data.ACTION_UNITS, thresholds, grades.items()):
        print(
            name,
            threshold,
            grade,
            "active on real validation faces",
            round(float((real[:, data.ACTION_UNITS.index(unit)] >= threshold).mean()), 3),
        )


if __name__ == "__main__":
    main()
