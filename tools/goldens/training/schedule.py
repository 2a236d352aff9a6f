"""PyTorch's CosineAnnealingLR, one rate for each epoch: Tests/MienTrainingTests/Goldens/schedule.json."""

import json
from pathlib import Path

import torch


def rates(epochs, period):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=period, eta_min=1e-5)
    result = []
    for _ in range(epochs):
        result.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return result


if __name__ == "__main__":
    cases = [{"epochs": e, "period": e / 4, "rates": rates(e, e / 4)} for e in (8, 30, 32, 64)]
    Path("Tests/MienTrainingTests/Goldens/schedule.json").write_text(json.dumps(cases))
