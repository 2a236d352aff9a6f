"""Muon (K. Jordan, 2024): momentum whose update of a weight matrix is made orthogonal, with decoupled weight decay.

Every direction of a matrix moves by the same amount, so that rare features learn as fast as common ones: a transformer
needs about half the steps it needs with AdamW. The update has the root mean square of AdamW's (Liu et al. 2025, eq. 4), so
that one learning rate serves both. torch.optim.Muon does the same in bfloat16, which most CPUs only emulate; here it is
single precision, all matrices of one shape at once.
"""

import torch

_COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # of the quintic Newton-Schulz iteration


def orthogonal(matrices, steps=5):
    """The nearest (semi-)orthogonal matrices, roughly, to [K, rows, columns] with rows <= columns."""
    a, b, c = _COEFFICIENTS
    x = matrices / (matrices.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(steps):
        gram = x @ x.transpose(1, 2)
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x


class Muon(torch.optim.Optimizer):
    def __init__(self, parameters, lr=1e-3, momentum=0.95, weight_decay=0.05):
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            shapes = {}
            for parameter in group["params"]:
                shapes.setdefault(parameter.shape, []).append(parameter)
            for shape, parameters in shapes.items():
                self._move(group, shape, parameters)

    def _move(self, group, shape, parameters):
        directions = []
        for parameter in parameters:
            state = self.state[parameter]
            if not state:
                state["velocity"] = torch.zeros_like(parameter)
            velocity = state["velocity"]
            velocity.lerp_(parameter.grad, 1 - group["momentum"])
            directions.append(parameter.grad.lerp(velocity, group["momentum"]))  # Nesterov
        stack = torch.stack(directions)
        tall = shape[0] > shape[1]
        stack = orthogonal(stack.transpose(1, 2)).transpose(1, 2) if tall else orthogonal(stack)
        rate = group["lr"] * 0.2 * max(shape) ** 0.5
        for parameter, update in zip(parameters, stack):
            parameter.mul_(1 - group["lr"] * group["weight_decay"]).add_(update, alpha=-rate)
