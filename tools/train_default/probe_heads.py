"""Both heads trained in PyTorch with CVaR and SAM, as `mien train` does: a yardstick while the encoder is training.

The shipped heads come from `mien train` on the same feature files (see README.md). This writes the same
heads.safetensors, so that the evaluation tools can run before, and the two trainers can be compared.
"""

import argparse
import math
import os

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

import metrics
from model_folder import HEADS, Head


def worst_mean(losses, alpha):
    """CVaR: the mean of the largest alpha * n losses, the last one in part."""
    ordered = losses.flatten().sort(descending=True).values
    whole, part = int(alpha * len(ordered)), alpha * len(ordered) - int(alpha * len(ordered))
    total = ordered[:whole].sum() + (part * ordered[whole] if part > 0 else 0)
    return total / (alpha * len(ordered))


def losses(task, logits, labels):
    if task == "expression":
        return -(labels * F.log_softmax(logits, dim=1)).sum(1)
    known = ~labels.isnan()
    return F.binary_cross_entropy_with_logits(logits[known], labels[known], reduction="none")


def sharpness_aware_step(head, optimizer, loss_of, rho):
    """One SAM step: the gradient is taken where the loss is worst within rho, batch statistics only at the centre."""
    optimizer.zero_grad()
    loss = loss_of()
    loss.backward()
    parameters = [p for p in head.parameters() if p.grad is not None]
    norm = torch.stack([p.grad.norm() for p in parameters]).norm()
    moves = [p.grad * (rho / (norm + 1e-12)) for p in parameters]
    norms = [m for m in head.modules() if isinstance(m, torch.nn.BatchNorm1d)]
    with torch.no_grad():
        for parameter, move in zip(parameters, moves):
            parameter += move
    for layer in norms:
        layer.momentum = 0.0
    optimizer.zero_grad()
    loss_of().backward()
    for layer in norms:
        layer.momentum = 0.1
    with torch.no_grad():
        for parameter, move in zip(parameters, moves):
            parameter -= move
    optimizer.step()
    return loss.item()


def score(task, head, features, labels):
    """Macro F1 for expression, mean Pearson r for AUs; larger is better."""
    with torch.no_grad():
        outputs = head.eval()(features)
    if task == "expression":
        return metrics.f1_scores(outputs.argmax(1), labels.argmax(1)).mean().item()
    return metrics.correlation(outputs.sigmoid(), labels).mean().item()


def train(task, folder, options):
    torch.manual_seed(options.seed)
    rows = load_file(os.path.join(folder, f"train.{task}.safetensors"))
    validation = load_file(os.path.join(folder, f"validation.{task}.safetensors"))
    features, labels = rows["features"], rows["labels"]
    kept = ~labels.isnan().any(1)
    features, labels = features[kept], labels[kept]
    head = Head(features.shape[1], HEADS[task], options.dropout)
    for layer in head.modules():
        if isinstance(layer, torch.nn.Linear):
            torch.nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu")
    optimizer = torch.optim.AdamW(head.parameters(), lr=options.rate, weight_decay=1e-4)
    best, kept_state = -1.0, None
    for epoch in range(options.epochs):
        for group in optimizer.param_groups:
            group["lr"] = 1e-5 + (options.rate - 1e-5) * 0.5 * (1 + math.cos(math.pi * epoch / options.epochs))
        head.train()
        for chosen in torch.randperm(len(features)).split(options.batch):
            if len(chosen) < options.batch:
                continue
            x, y = features[chosen], labels[chosen]
            sharpness_aware_step(
                head, optimizer, lambda: worst_mean(losses(task, head(x), y), options.alpha), options.rho
            )
        value = score(task, head, validation["features"], validation["labels"])
        if value > best:
            best, kept_state = value, {k: v.clone() for k, v in head.state_dict().items()}
        print(f"{task} epoch {epoch} validation {value:.4f}", flush=True)
    return {f"{task}.{k}": v for k, v in kept_state.items() if not k.endswith("num_batches_tracked")}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--features", required=True, help="folder written by features.py")
    parser.add_argument("--output", required=True, help="heads.safetensors")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--alpha", type=float, default=0.5)
    parser.add_argument("--rho", type=float, default=0.05)
    parser.add_argument("--dropout", type=float, default=0.3)
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    tensors = {}
    for task in HEADS:
        tensors |= train(task, options.features, options)
    save_file(tensors, options.output)


if __name__ == "__main__":
    main()
