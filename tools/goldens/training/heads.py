"""What PyTorch's eval() says of small random heads: Tests/MienHeadsTests/Goldens/heads-*.safetensors.

Each file holds the heads under their usual names, and beside them, in a second file, the inputs and logits.
Run from the root of the repository: python tools/goldens/training/heads.py
"""

from pathlib import Path

import torch
from safetensors.torch import save_file

GOLDENS = Path("Tests/MienHeadsTests/Goldens")
TASKS = {"expression": 8, "au": 12}


def head(inputs, widths, outputs):
    layers = torch.nn.ModuleList()
    for width in widths:
        layer = torch.nn.ModuleDict({"linear": torch.nn.Linear(inputs, width), "norm": torch.nn.BatchNorm1d(width)})
        torch.nn.init.uniform_(layer["norm"].weight, 0.5, 1.5)
        torch.nn.init.normal_(layer["norm"].bias)
        torch.nn.init.normal_(layer["norm"].running_mean)
        torch.nn.init.uniform_(layer["norm"].running_var, 0.05, 3)
        layers.append(layer)
        inputs = width
    return torch.nn.ModuleDict({"layers": layers, "output": torch.nn.Linear(inputs, outputs)}).eval()


def logits(head, x):
    for layer in head["layers"]:
        x = torch.relu(layer["norm"](layer["linear"](x)))
    return head["output"](x)


def write(name, width, widths, tasks, rows=7):
    torch.manual_seed(5)
    x = torch.randn(rows, width)
    tensors, answers = {}, {"embeddings": x}
    for task in tasks:
        module = head(width, widths, TASKS[task])
        for key, value in module.state_dict().items():
            if not key.endswith("num_batches_tracked"):
                tensors[f"{task}.{key}"] = value.contiguous()
        z = logits(module.double(), x.double())
        answers[f"{task}.logits"] = z.float().contiguous()
        p = torch.softmax(z / 1.7, 1) if task == "expression" else torch.sigmoid(z)
        answers[f"{task}.probabilities"] = p.float().contiguous()
    save_file(tensors, GOLDENS / f"{name}.safetensors")
    save_file(answers, GOLDENS / f"{name}-answers.safetensors")


if __name__ == "__main__":
    GOLDENS.mkdir(parents=True, exist_ok=True)
    with torch.no_grad():
        write("heads-three", 24, [24, 24, 24], ["expression", "au"])
        write("heads-none", 10, [], ["expression"])
        write("heads-uneven", 33, [17, 5], ["au"])
