"""The teacher: a residual network with squeeze-and-excitation. 48 x 48 grey in, two maps and 82 outputs out."""

import torch
from torch import nn

import targets


class Block(nn.Module):
    """y = relu(skip(x) + gate(h) * h), h = norm(conv(relu(norm(conv(x)))))."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.convolution1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.convolution2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.gate = nn.Sequential(
            nn.Linear(outputs, outputs // 8), nn.ReLU(), nn.Linear(outputs // 8, outputs), nn.Sigmoid()
        )
        self.skip = nn.Identity()
        if stride > 1 or inputs != outputs:
            self.skip = nn.Sequential(
                nn.AvgPool2d(stride), nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        hidden = self.norm2(self.convolution2(torch.relu(self.norm1(self.convolution1(x)))))
        gate = self.gate(hidden.mean((2, 3)))
        return torch.relu(self.skip(x) + hidden * gate[:, :, None, None])


class Teacher(nn.Module):
    def __init__(self, widths=(32, 32, 96, 192), blocks=(2, 2, 2)):
        super().__init__()
        self.widths, self.last = widths[-2:], blocks[-1]
        self.stem = nn.Sequential(
            nn.Conv2d(1, widths[0], 3, 1, 1, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU()
        )
        stages = []
        for inputs, outputs, count in zip(widths, widths[1:], blocks):
            stages += [Block(inputs, outputs, 2)] + [Block(outputs, outputs, 1) for _ in range(count - 1)]
        self.stages = nn.Sequential(*stages)
        self.dropout = nn.Dropout(0.2)
        self.output = nn.Linear(widths[-1], targets.OUTPUTS)

    def maps(self, x):
        """[N, 1, 48, 48] to what two stages see: [N, 96, 12, 12] and [N, 192, 6, 6]."""
        x, count = self.stem(x), len(self.stages) - self.last
        middle = self.stages[:count](x)
        return middle, self.stages[count:](middle)

    def read(self, features):
        return self.output(self.dropout(features.mean((2, 3))))

    def forward(self, x):
        return self.read(self.maps(x)[1])
