"""Make the probabilities honest, on validation: temperature, AU scale and bias, AU thresholds, all in mien.json.

Scale and bias (Platt) fit each AU's probability to the degree that the blendshape model gives it. The weights stay
those that `mien train` wrote; running it twice changes nothing further.
"""

import argparse
import json
import os

import torch
import torch.nn.functional as F

import augment
import data
import metrics
import targets
from model_folder import ModelFolder


def fit(parameters, loss_of):
    """Minimise a smooth loss of few parameters."""
    optimizer = torch.optim.LBFGS(parameters, max_iter=100, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        return loss

    optimizer.step(closure)


def temperature(logits, faces):
    logarithm = torch.zeros((), requires_grad=True)
    fit([logarithm], lambda: F.cross_entropy(logits / logarithm.exp(), faces.label))
    return logarithm.exp().item()


def scale_and_bias(logits, scores):
    scale, bias = torch.ones(12, requires_grad=True), torch.zeros(12, requires_grad=True)
    fit([scale, bias], lambda: targets.score_loss(logits * scale + bias, scores))
    return scale.detach(), bias.detach()


def thresholds(probabilities, scores):
    """For each AU the threshold with the best F1 against "the teacher's scaled score is at least one half"."""
    known = ~scores[:, 0].isnan()
    probabilities, truth = probabilities[known], scores[known] >= 0.5
    candidates = torch.arange(0.10, 0.901, 0.02)
    found = []
    for unit in range(12):
        active = probabilities[:, unit, None] >= candidates
        hits = (active & truth[:, unit, None]).sum(0)
        f1 = 2 * hits / (active.sum(0) + truth[:, unit].sum()).clamp(min=1)
        found.append(round(candidates[f1.argmax()].item(), 2))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--model", required=True, help="folder with heads; its mien.json is rewritten")
    parser.add_argument("--encoder", required=True, help="its folder from export.py, which says where it comes from")
    options = parser.parse_args()
    model, faces = ModelFolder(options.model), data.load(options.data, "validation")
    embeddings = model.embed(augment.to_float(faces.images).expand(-1, 3, -1, -1))
    with torch.no_grad():
        expression, units = model.heads["expression"](embeddings), model.heads["au"](embeddings)
    scale, bias = scale_and_bias(units, faces.action_units)
    calibration = model.manifest["calibration"]
    calibration["expression_temperature"] = round(temperature(expression, faces), 4)
    calibration["au_scale"] = [round(value, 4) for value in scale.tolist()]
    calibration["au_bias"] = [round(value, 4) for value in bias.tolist()]
    calibration["au_thresholds"] = thresholds((units * scale + bias).sigmoid(), faces.action_units)
    with open(os.path.join(options.encoder, "mien.json")) as file:
        model.manifest["provenance"] |= json.load(file)["provenance"]
    with open(os.path.join(options.model, "mien.json"), "w") as file:
        json.dump(model.manifest, file, indent=2)
        file.write("\n")
    before = metrics.calibration_error(expression.softmax(1), faces.label)
    after = metrics.calibration_error((expression / calibration["expression_temperature"]).softmax(1), faces.label)
    print(f"ECE {before:.4f} -> {after:.4f}, temperature {calibration['expression_temperature']}")
    degrees = faces.action_units
    before = metrics.degree_error(units.sigmoid(), degrees).mean()
    after = metrics.degree_error((units * scale + bias).sigmoid(), degrees).mean()
    print(f"AU calibration error {before:.4f} -> {after:.4f}, thresholds {calibration['au_thresholds']}")


if __name__ == "__main__":
    main()
