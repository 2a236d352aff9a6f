"""Start a vision transformer as if it were a convolution, so that 28k images are enough to train it.

A transformer without pretraining spends most of a small data set learning that neighbouring patches belong together.
Here each head of the early layers starts out attending to one neighbour: position embeddings are sines and cosines of
the grid coordinates, queries read them, keys read them shifted by one patch (a rotation of each sine-cosine pair), and
their product peaks at the neighbour. Everything stays an ordinary trainable CLIP weight.
Idea: "Convolutional initialization for data-efficient vision transformers" (Zheng, Li, Lucey 2024) and ConViT.
"""

import math

import torch
from torch import nn

_FREQUENCIES = torch.arange(1, 5)  # per axis; x and y, sine and cosine: 16 dimensions carry position
_POSITION_WIDTH = 4 * len(_FREQUENCIES)  # a head is at least that wide
_OFFSETS = [(dx, dy) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if (dx, dy) != (0, 0)]
# Logit of the neighbour itself. Later layers start with broader heads, the last with ordinary ones.
_SHARPNESS = [8.0, 8.0, 6.0, 4.0, 2.0, 0.0]


@torch.no_grad()
def initialize(student):
    configuration = student.configuration
    for module in student.modules():
        if isinstance(module, (nn.Linear, nn.Conv2d)):
            nn.init.trunc_normal_(module.weight, std=1 / math.sqrt(module.weight[0].numel()))
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    vision, depth = student.vision_model, configuration.num_hidden_layers
    for readout in (student.output, student.pooled, student.middle[1], student.late[1]):
        readout.weight.mul_(0.1)  # begin at "no opinion", not at a loud wrong one
    _initialize_embeddings(vision.embeddings, configuration)
    for index, layer in enumerate(vision.encoder.layers):
        # Residual branches start small, the more so the deeper the network.
        layer.mlp.fc2.weight.mul_(1 / math.sqrt(depth))
        layer.self_attn.out_proj.weight.mul_(1 / math.sqrt(depth))
        # Nothing but position in the position dimensions at the start.
        layer.mlp.fc2.weight[:_POSITION_WIDTH] = 0
        layer.self_attn.out_proj.weight[:_POSITION_WIDTH] = 0
        sharpness = _SHARPNESS[index] if index < len(_SHARPNESS) else 0.0
        if sharpness > 0:
            _initialize_heads(layer.self_attn, configuration, sharpness)


def _initialize_embeddings(embeddings, configuration):
    grid, width = configuration.grid, configuration.hidden_size
    embeddings.patch_embedding.weight.mul_(1.5)
    embeddings.patch_embedding.weight[:_POSITION_WIDTH] = 0
    embeddings.class_embedding.normal_(std=0.5)
    embeddings.class_embedding[:_POSITION_WIDTH] = 0
    table = torch.zeros(grid * grid + 1, width)
    angle = _angles(torch.arange(grid), grid)
    axis = torch.stack([angle.cos(), angle.sin()], dim=-1).flatten(1)  # [grid, 8]
    table[1:, : _POSITION_WIDTH // 2] = axis.repeat(grid, 1)  # x runs fastest
    table[1:, _POSITION_WIDTH // 2 : _POSITION_WIDTH] = axis.repeat_interleave(grid, 0)
    embeddings.position_embedding.weight.copy_(table * 1.4)  # unit variance, like the content


def _angles(steps, grid):
    # A period of twice the grid: the far edges of the face are not neighbours.
    return steps[:, None].float() * _FREQUENCIES * math.pi / grid


def _initialize_heads(attention, configuration, sharpness):
    heads, grid = configuration.num_attention_heads, configuration.grid
    head_width = configuration.hidden_size // heads
    for head in range(heads):
        dx, dy = _OFFSETS[head % len(_OFFSETS)]
        rows = slice(head * head_width, (head + 1) * head_width)
        for projection, shift in ((attention.q_proj, (dx, dy)), (attention.k_proj, (0, 0))):
            projection.weight[rows] *= 0.5
            position = torch.cat([_rotation(shift[0], grid), _rotation(shift[1], grid)])  # [8, 2, 2]
            block = torch.block_diag(*position)
            # The sum over pairs of cos(angle difference) is the number of pairs at the peak, 2 x 0.98 each after norm.
            gain = math.sqrt(sharpness * math.sqrt(head_width) / (_POSITION_WIDTH / 2 * 1.96))
            projection.weight[rows][:_POSITION_WIDTH] = 0
            projection.weight[rows][:_POSITION_WIDTH, :_POSITION_WIDTH] = gain * block


def _rotation(shift, grid):
    """Turns (cos a, sin a) of a coordinate into those of coordinate + shift, one 2 x 2 matrix per frequency."""
    angle = _angles(torch.tensor([shift]), grid)[0]
    return torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], dim=1).view(-1, 2, 2)
