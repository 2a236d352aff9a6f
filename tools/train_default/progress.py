"""What all training stages share: schedule, weight average, checkpoints, log."""

import copy
import json
import math
import os
import time

import torch


def learning_rate(peak, step, steps, warmup):
    """Linear warm-up, then a cosine to 1 % of the peak."""
    if step < warmup:
        return peak * (step + 1) / warmup
    done = min((step - warmup) / max(steps - warmup, 1), 1)
    return peak * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done)))


class Average:
    """Exponential moving average of weights and batch-norm statistics; young averages forget faster."""

    def __init__(self, model, decay):
        self.model = copy.deepcopy(model).eval()
        self.decay, self.updates = decay, 0

    @torch.no_grad()
    def update(self, model):
        self.updates += 1
        rate = 1 - min(self.decay, (1 + self.updates) / (10 + self.updates))
        for mine, other in zip(self.model.state_dict().values(), model.state_dict().values()):
            if mine.is_floating_point():
                mine.lerp_(other.to(mine.dtype), rate)
            else:
                mine.copy_(other)


class Run:
    """A folder with the last checkpoint (to resume), the best one on validation (to use) and a log."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        self.last, self.best = os.path.join(folder, "last.pt"), os.path.join(folder, "best.pt")

    def restore(self, model, average, optimizer):
        """What `keep` wrote last, after giving it back to the three; None for a new run."""
        if not os.path.exists(self.last):
            return None
        state = torch.load(self.last, weights_only=True)
        model.load_state_dict(state["model"])
        average.model.load_state_dict(state["average"])
        average.updates = state["updates"]
        optimizer.load_state_dict(state["optimizer"])
        return state

    def keep(self, model, average, optimizer, **values):
        """The checkpoint to resume from, with `values` beside the weights."""
        state = {"model": model.state_dict(), "average": average.model.state_dict(), "updates": average.updates}
        write(self.last, state | {"optimizer": optimizer.state_dict()} | values)

    def resume(self, model, average, optimizer):
        """Next epoch and best score so far; (0, None) for a new run."""
        state = self.restore(model, average, optimizer)
        return (state["epoch"] + 1, state["best"]) if state else (0, None)

    def save(self, epoch, model, average, optimizer, score, best):
        if best is None or score > best:
            best = score
            write(self.best, {"average": average.model.state_dict(), "epoch": epoch, "score": score})
        self.keep(model, average, optimizer, epoch=epoch, best=best)
        return best

    def log(self, **values):
        line = json.dumps({key: round(v, 4) if isinstance(v, float) else v for key, v in values.items()})
        print(time.strftime("%H:%M:%S"), line, flush=True)
        with open(os.path.join(self.folder, "log.jsonl"), "a") as file:
            file.write(line + "\n")


def write(path, state):
    """Saves beside and renames: what is killed while it writes leaves the file as it was."""
    torch.save(state, path + ".part")
    os.replace(path + ".part", path)
