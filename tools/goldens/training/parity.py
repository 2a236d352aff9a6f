"""50 steps of PyTorch for each of ERM, CVaR, SAM and CVaR + SAM: Tests/MienTrainingTests/Goldens/parity-*.safetensors.

Dropout is off; data, initial weights and the order of batches are in the file, so that another implementation can
follow. In double precision: the reference should have no rounding of its own worth mentioning.
Run from the root of the repository: python tools/goldens/training/parity.py
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

GOLDENS = Path("Tests/MienTrainingTests/Goldens")
WIDTH, ROWS, BATCH, STEPS = 24, 96, 16, 50
OUTPUTS = {"expression": 8, "au": 12}


class Head(torch.nn.Module):
    def __init__(self, outputs):
        super().__init__()
        self.layers = torch.nn.ModuleList()
        for _ in range(3):
            layer = torch.nn.Module()
            layer.linear = torch.nn.Linear(WIDTH, WIDTH)
            layer.norm = torch.nn.BatchNorm1d(WIDTH)
            self.layers.append(layer)
        self.output = torch.nn.Linear(WIDTH, outputs)
        for module in self.modules():
            if isinstance(module, torch.nn.Linear):
                torch.nn.init.kaiming_uniform_(module.weight, nonlinearity="relu")

    def forward(self, x):
        for layer in self.layers:
            x = torch.relu(layer.norm(layer.linear(x)))
        return self.output(x)


def cvar(losses, alpha):
    """lambda + 1 / (alpha n) sum max(l - lambda, 0), at the lambda among the losses that minimises it.

    lambda is that loss itself, gradient and all: so its own sample receives the fraction that is left for it.
    """
    losses = losses.flatten()
    if alpha == 1:
        return losses.mean()
    values = [l + torch.relu(losses - l).sum() / (alpha * len(losses)) for l in losses]
    return values[torch.stack([v.detach() for v in values]).argmin()]


def loss_of(task, logits, targets, alpha, auc):
    if task == "expression":
        return cvar(F.cross_entropy(logits, targets, reduction="none"), alpha)
    loss = cvar(F.binary_cross_entropy_with_logits(logits, targets, reduction="none"), alpha)
    if not auc:
        return loss
    p = torch.sigmoid(logits)
    terms = []
    for unit in range(12):
        high, low = p[targets[:, unit] == 1, unit], p[targets[:, unit] == 0, unit]
        if len(high) and len(low):
            terms.append((0.6 - (high[:, None] - low[None, :])).clamp(min=0).square().mean())
    return (1 - auc) * loss + auc * torch.stack(terms).mean()


def freeze_statistics(model, frozen):
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm1d):
            module.momentum = 0.0 if frozen else 0.1


def run(name, task, alpha=1.0, rho=0.0, adaptive=False, auc=0.0):
    torch.manual_seed(5)
    model = Head(OUTPUTS[task]).double().train()
    # Initial weights, features: exactly representable in single precision.
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.float().double())
    features = torch.randn(ROWS, WIDTH).double()
    if task == "expression":
        targets = torch.randint(0, 8, (ROWS,))
    else:
        targets = (torch.rand(ROWS, 12) < 0.3).double()
    order = torch.stack([torch.randperm(ROWS)[:BATCH] for _ in range(STEPS)])
    tensors = {f"before.{k}": v.clone() for k, v in model.state_dict().items()}
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.999), weight_decay=1e-4)
    losses = []
    for rows in order:
        x, y = features[rows], targets[rows]
        optimizer.zero_grad()
        loss = loss_of(task, model(x), y, alpha, auc)
        loss.backward()
        losses.append(loss.detach())
        if rho:
            parameters = list(model.parameters())
            scaled = [(p.detach().abs() if adaptive else 1) * p.grad for p in parameters]
            norm = torch.stack([g.norm() for g in scaled]).norm()
            ascents = [rho / (norm + 1e-12) * (p.detach() ** 2 if adaptive else 1) * p.grad for p in parameters]
            saved = [p.detach().clone() for p in parameters]
            with torch.no_grad():
                for p, e in zip(parameters, ascents):
                    p.add_(e)
            optimizer.zero_grad()
            freeze_statistics(model, True)
            loss_of(task, model(x), y, alpha, auc).backward()
            freeze_statistics(model, False)
            with torch.no_grad():
                for p, s in zip(parameters, saved):
                    p.copy_(s)
        optimizer.step()
    tensors |= {f"after.{k}": v for k, v in model.state_dict().items()}
    tensors = {k: v.float().contiguous() for k, v in tensors.items() if not k.endswith("tracked")}
    tensors |= {
        "features": features.float(), "losses": torch.stack(losses), "order": order,
        "targets": targets if task == "expression" else targets.float(),
    }
    save_file(tensors, GOLDENS / f"parity-{name}.safetensors")


if __name__ == "__main__":
    GOLDENS.mkdir(parents=True, exist_ok=True)
    run("erm", "expression")
    run("cvar", "expression", alpha=0.5)
    run("sam", "expression", rho=0.5)
    run("cvar-sam", "expression", alpha=0.5, rho=0.5)
    run("cvar-asam", "expression", alpha=0.3, rho=0.5, adaptive=True)
    run("au-cvar-sam", "au", alpha=0.5, rho=0.05)
    run("au-cvar-auc", "au", alpha=0.5, auc=0.2)
