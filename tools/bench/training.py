"""Samples per second of `mien train` and of the same job in PyTorch, interleaved, with medians.

Width 768, batch 32, CVaR 0.5, SAM 0.5, dropout 0.6, AdamW; the same number of threads for both.

    python tools/bench/training.py .build/release/mien --threads 2 --rounds 5

A round is one run of `mien train` and one stretch of PyTorch steps. Start-up does not count: mien is timed over
two runs that differ in epochs, PyTorch after a warm-up.
"""

import argparse
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.numpy import save_file

WIDTH, BATCH = 768, 32


def features(path, samples):
    rng = np.random.default_rng(5)
    save_file(
        {
            "features": rng.standard_normal((samples, WIDTH), dtype=np.float32),
            "labels": rng.integers(0, 8, samples),
        },
        path,
    )


def mien(binary, folder, threads, epochs):
    command = [binary, "train", "--task", "expression", "--features", folder / "train.safetensors", "--loss", "cvar"]
    command += ["--alpha", "0.5", "--sam-rho", "0.5", "--epochs", str(epochs), "--seed", "5"]
    command += ["--threads", str(threads), "-y", "-o", folder / "heads.safetensors"]
    start = time.perf_counter()
    subprocess.run([str(c) for c in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


class Reference:
    """What a careful PyTorch user writes: no copies beyond those that SAM needs."""

    def __init__(self):
        layers = []
        for _ in range(3):
            layers += [torch.nn.Linear(WIDTH, WIDTH), torch.nn.BatchNorm1d(WIDTH), torch.nn.ReLU(), torch.nn.Dropout(0.6)]
        self.model = torch.nn.Sequential(*layers, torch.nn.Linear(WIDTH, 8))
        self.norms = [m for m in self.model if isinstance(m, torch.nn.BatchNorm1d)]
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-3, weight_decay=1e-4)
        self.x, self.y = torch.randn(50 * BATCH, WIDTH), torch.randint(0, 8, (50 * BATCH,))

    def backward(self, x, y):
        self.optimizer.zero_grad()
        losses = F.cross_entropy(self.model(x), y, reduction="none")
        losses.topk(len(losses) // 2).values.mean().backward()

    def step(self, index):
        rows = slice(index % 50 * BATCH, (index % 50 + 1) * BATCH)
        x, y = self.x[rows], self.y[rows]
        self.backward(x, y)
        parameters = list(self.model.parameters())
        with torch.no_grad():
            gradients = [p.grad for p in parameters]
            norm = torch.stack(torch._foreach_norm(gradients)).norm()
            ascent = torch._foreach_mul(gradients, (0.5 / (norm + 1e-12)).item())
            torch._foreach_add_(parameters, ascent)
            for layer in self.norms:
                layer.momentum = 0.0
        self.backward(x, y)
        with torch.no_grad():
            torch._foreach_sub_(parameters, ascent)
            for layer in self.norms:
                layer.momentum = 0.1
        self.optimizer.step()

    def seconds(self, steps):
        start = time.perf_counter()
        for index in range(steps):
            self.step(index)
        return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mien")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=400, help="steps of a stretch")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    reference = Reference()
    reference.seconds(20)
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        features(folder / "train.safetensors", options.steps * BATCH)
        for _ in range(options.rounds):
            short, long = (mien(options.mien, folder, options.threads, epochs) for epochs in (1, 2))
            ours.append(options.steps * BATCH / (long - short))
            theirs.append(options.steps * BATCH / reference.seconds(options.steps))
            print(f"mien {ours[-1]:.0f} samples/s, PyTorch {theirs[-1]:.0f}", flush=True)
    ratio = statistics.median(ours) / statistics.median(theirs)
    print(f"median: mien {statistics.median(ours):.0f}, PyTorch {statistics.median(theirs):.0f}, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
