"""An exported model folder, run in PyTorch: the encoder, the two heads if they are there, and the calibration."""

import json
import os
from dataclasses import fields

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

from student import Student, StudentConfiguration

HEADS = {"expression": 8, "au": 12}


class Head(nn.Module):
    """Three of [linear, batch norm, ReLU, dropout], then a linear readout: the paper's head, with its tensor names."""

    def __init__(self, width, outputs, dropout=0.6):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.ModuleDict({"linear": nn.Linear(width, width), "norm": nn.BatchNorm1d(width)}) for _ in range(3)
        )
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(width, outputs)

    def forward(self, x):
        for layer in self.layers:
            x = self.dropout(torch.relu(layer["norm"](layer["linear"](x))))
        return self.output(x)


class ModelFolder:
    def __init__(self, path):
        self.path = path
        with open(os.path.join(path, "config.json")) as file:
            stated = json.load(file)
        names = [field.name for field in fields(StudentConfiguration)]
        self.encoder = Student(StudentConfiguration(**{name: stated[name] for name in names})).eval()
        tensors = {k: v.float() for k, v in load_file(os.path.join(path, "model.safetensors")).items()}
        self.encoder.load_state_dict(tensors, strict=False)
        with open(os.path.join(path, "mien.json")) as file:
            self.manifest = json.load(file)
        self.heads = {}
        heads = os.path.join(path, "heads.safetensors")
        if os.path.exists(heads):
            tensors = load_file(heads)
            for task, outputs in HEADS.items():
                head = Head(self.encoder.configuration.projection_dim, outputs)
                part = {k.removeprefix(task + "."): v for k, v in tensors.items() if k.startswith(task + ".")}
                head.load_state_dict(part, strict=False)  # num_batches_tracked is not in the file
                self.heads[task] = head.eval()

    @torch.no_grad()
    def embed(self, images, size=512):
        """Embeddings [N, d] of RGB [N, 3, S, S] in -1..1, single precision. Other sizes are resized, as the product does."""
        side = self.encoder.configuration.image_size
        parts = images.split(size)
        if images.shape[-1] != side:
            options = {"mode": "bicubic", "align_corners": False, "antialias": images.shape[-1] > side}
            parts = (F.interpolate(part, (side, side), **options).clamp(-1, 1) for part in parts)
        return torch.cat([self.encoder.embed(part) for part in parts])

    @torch.no_grad()
    def read(self, embeddings):
        """Calibrated expression probabilities [N, 8] and AU probabilities [N, 12]."""
        calibration = self.manifest["calibration"]
        scale = torch.tensor(calibration.get("au_scale", [1.0] * 12))
        bias = torch.tensor(calibration.get("au_bias", [0.0] * 12))
        expression = self.heads["expression"](embeddings) / calibration["expression_temperature"]
        return expression.softmax(1), (self.heads["au"](embeddings) * scale + bias).sigmoid()
