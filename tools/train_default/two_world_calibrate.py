"""Temperature, operating point, thresholds and grades of a model of two worlds, in its mien.json and the bias of its expression head.

All are chosen on faces that no weight has seen: FER+ validation, rendered people that were held out, and the half of the external
pictures that is for choosing (`--portraits`, `--smiles`: features of external_features.py with labels).

The operating point is a shift of each expression's logit, put into the head's bias, because web faces are neutral far more often than
faces that somebody chose to film: without it slight sadness and surprise are decided as neutral. It may cost FER+ no more than `--most-lost`
of accuracy. Disgust, fear and other are raised for FER+'s macro F1 as far as that costs next to no accuracy.
Thresholds of AUs: AU12 on people's word for smiles; AU4 where angry faces are told from neutral ones best; the others where the F1 on rendered
people is best (of AUs that are unknown there: where it is best for what the blendshape model says). All but AU12's are raised until at most five of
a hundred faces that are called neutral show the AU (eight of AU4, ten of AU7: brows and lids at rest differ). At most two of a hundred whose votes
exclude an AU show it.
Grades: how far each AU agrees with rendered truth (r), and with votes (AUC); "weak" where one of them is low.
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
PRESENT = 0.4  # FACS B and more
FALSE_SHARE, NEUTRAL_SHARE, NEUTRAL_SHARES = 0.02, 0.05, {4: 0.08, 7: 0.1}  # of faces that exclude an AU, and of neutral ones
WEAK_R, WEAK_AUC = 0.5, 0.75  # below one of these an AU is graded weak


def logits(model, features):
    with torch.no_grad():
        return model.heads["expression"](features), model.heads["au"](features)


def operating_point(scores, truth, faces, labels, most_lost, least_neutral=0.85):
    """Shifts [8] of the logits: the best sum of accuracy and mean recall of five classes with enough neutral recall.

    Of the external `scores` [n, 8] with their `truth`, and half as much of FER+ validation `faces` [m, 8] with their
    `labels`, whose accuracy may fall by `most_lost`.
    """
    best = (-1, np.zeros(8))
    least = (faces.argmax(1) == labels).mean() - most_lost
    sad, surprised = np.arange(-0.2, 1.01, 0.2), np.arange(-0.2, 1.21, 0.2)
    angry, happy = np.arange(-0.2, 1.01, 0.2), np.arange(0, 0.81, 0.2)
    for shift in itertools.product(sad, surprised, angry, happy):
        found = np.zeros(8)
        found[[5, 6, 1, 4]] = shift
        right = (scores + found).argmax(1) == truth
        recalls = [right[truth == k].mean() for k in (0, 4, 1, 6, 5)]
        score = right.mean() + 0.6 * np.mean(recalls) + 0.4 * min(recalls[2:])
        kept = ((faces + found).argmax(1) == labels).mean()
        score += 0.5 * kept
        if recalls[0] >= least_neutral and kept >= least and score > best[0]:
            best = (score, found)
    return best[1]


def rare_classes(shift, scores, truth, faces, labels, most_lost=0.005):
    """`shift` with disgust, fear and other raised for the macro F1 of FER+ validation; neither accuracy may fall by `most_lost`.

    They are one face of twenty-five in training, so that a head seldom dares to say them.
    """

    def figures(shift):
        predicted = torch.tensor((faces + shift).argmax(1))
        right = (predicted.numpy() == labels).mean(), ((scores + shift).argmax(1) == truth).mean()
        return np.array(right), metrics.f1_scores(predicted, torch.tensor(labels)).mean().item()

    least, best = figures(shift)[0] - most_lost, (figures(shift)[1], shift)
    for found in itertools.product(np.arange(0, 1.01, 0.2), np.arange(0, 1.01, 0.2), np.arange(0, 1.61, 0.2)):
        raised = shift.copy()
        raised[[2, 3, 7]] += found
        right, score = figures(raised)
        if np.all(right >= least) and score > best[0]:
            best = (score, raised)
    return best[1]


def temperature(sets):
    """The temperature with the least calibration error, mean of several (scores, truth)."""
    candidates = np.arange(0.4, 2.01, 0.02)
    errors = np.zeros(len(candidates))
    for scores, truth in sets:
        scores, truth = torch.as_tensor(scores), torch.as_tensor(truth)
        errors += [metrics.calibration_error((scores / float(t)).softmax(1), truth) for t in candidates]
    smooth = np.convolve(np.pad(errors, 2, "edge"), np.ones(5) / 5, "valid")
    return float(candidates[int(np.argmin(smooth))])


def f1_threshold(probabilities, truth):
    candidates = np.arange(0.1, 0.81, 0.02)
    scores = [
        2 * np.sum((probabilities >= t) & truth) / max(1, np.sum(probabilities >= t) + truth.sum()) for t in candidates
    ]
    return float(candidates[int(np.argmax(scores))])


def separating_threshold(sets):
    """Where hits less false alarms, the mean of several (scores of those that show it, scores of others), are the most."""
    candidates = np.arange(0.1, 0.81, 0.02)
    gains = [np.mean([np.mean(high >= t) - np.mean(low >= t) for high, low in sets]) for t in candidates]
    return float(candidates[int(np.argmax(gains))])


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
    parser.add_argument("--most-lost", type=float, default=0.01, help="accuracy of FER+ validation that the operating point may cost")
    options = parser.parse_args()
    heads = os.path.join(options.model, "heads.safetensors")
    if not os.path.exists(heads + ".uncalibrated"):
        shutil.copyfile(heads, heads + ".uncalibrated")
    shutil.copyfile(heads + ".uncalibrated", heads)
    model = ModelFolder(options.model)
    portraits, smiles = load_file(options.portraits), load_file(options.smiles)
    expression, _ = logits(model, portraits["features"])
    scores, truth = expression.numpy().astype(float), portraits["labels"].numpy()
    expressions = load_file(os.path.join(options.features, "validation.expression.safetensors"))
    faces = data.load(options.data, "validation").first(len(expressions["labels"]))
    validation = logits(model, expressions["features"])[0].numpy().astype(float)
    both = (scores, truth, validation, faces.label.numpy())
    shift = rare_classes(operating_point(*both, options.most_lost), *both)
    degree = temperature([(scores + shift, truth), (validation + shift, faces.label.numpy())])
    tensors = load_file(heads)
    tensors["expression.output.bias"] = tensors["expression.output.bias"] + torch.tensor(shift, dtype=torch.float32)
    save_file({key: value.contiguous() for key, value in tensors.items()}, heads)

    held = load_file(os.path.join(options.features, "validation.au.safetensors"))
    _, units = logits(model, held["features"])
    probabilities = units.sigmoid().numpy()
    real, made = probabilities[: len(faces)], probabilities[len(faces) :]
    exact = held["labels"][len(faces) :].numpy()
    smiling = logits(model, smiles["features"])[1].sigmoid().numpy()
    shown = logits(model, portraits["features"])[1].sigmoid().numpy()
    plain, angry = (shown[truth == data.EXPRESSIONS.index(name)] for name in ("neutral", "anger"))
    votes, taught = faces.votes.numpy(), faces.action_units.numpy()

    def clear(name):
        return votes[:, data.EXPRESSIONS.index(name)] > 0.6

    neutral = votes[:, data.EXPRESSIONS.index("neutral")] > 0.8
    thresholds, grades = [], {}
    for column, unit in enumerate(data.ACTION_UNITS):
        known, seen = ~np.isnan(exact[:, column]), ~np.isnan(taught[:, column])
        floors = [(real[np.any([clear(name) for name in _EXCLUDED[unit]], axis=0), column], FALSE_SHARE)] if unit in _EXCLUDED else []
        if unit == 12:
            threshold, floors = best_threshold(smiling[:, column], smiles["labels"].numpy() == 1)[0], []
        else:
            if unit == 4:
                sets = [(real[clear("anger"), column], real[neutral, column]), (angry[:, column], plain[:, column])]
                threshold = separating_threshold(sets)
            elif known.any():
                threshold = f1_threshold(made[known, column], exact[known, column] >= PRESENT)
            else:
                threshold = f1_threshold(real[seen, column], taught[seen, column] >= 0.5)
            share = NEUTRAL_SHARES.get(unit, NEUTRAL_SHARE)
            floors += [(real[neutral, column], share), (plain[:, column], share)]
        threshold = max([threshold] + [float(np.quantile(values, 1 - share)) for values, share in floors])
        thresholds.append(round(float(np.clip(threshold, 0.05, 0.9)), 2))
        high, low = clear(_VOTED[unit][0]), clear(_VOTED[unit][1])
        both = high | low
        grade = {"votes_auc": round(auc(real[both, column], high[both]), 3)}
        if known.any():
            grade["rendered_r"] = round(float(np.corrcoef(made[known, column], exact[known, column])[0, 1]), 3)
        weak = grade["votes_auc"] < WEAK_AUC or grade.get("rendered_r", 1) < WEAK_R
        grades[f"AU{unit:02}"] = grade | {"grade": "weak" if weak else "fair"}
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
    for column, (threshold, (name, grade)) in enumerate(zip(thresholds, grades.items())):
        active = {"all": real, "neutral": real[neutral], "portraits, neutral": plain}
        shares = {key: round(float((rows[:, column] >= threshold).mean()), 3) for key, rows in active.items()}
        print(name, threshold, grade, "active of real faces:", shares)


if __name__ == "__main__":
    main()
