"""The student: a CLIP vision transformer with the parameter names of a Hugging Face CLIP folder.

Written out rather than taken from `transformers` because the dense losses need the tokens between layers, and one product
for query, key and value is faster than three. `export.py` checks that
`CLIPVisionModelWithProjection` gives the same embeddings.
"""

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import nn

import structured_attention
import targets


@dataclass
class StudentConfiguration:
    image_size: int = 48
    patch_size: int = 6
    hidden_size: int = 128
    intermediate_size: int = 512
    num_hidden_layers: int = 6
    num_attention_heads: int = 8
    projection_dim: int = 256

    @property
    def grid(self):
        return self.image_size // self.patch_size

    def huggingface(self):
        """config.json of the exported folder."""
        fixed = {
            "architectures": ["CLIPVisionModelWithProjection"], "attention_dropout": 0.0, "dtype": "float16",
            "hidden_act": "quick_gelu", "initializer_factor": 1.0, "initializer_range": 0.02, "layer_norm_eps": 1e-05,
            "model_type": "clip_vision_model", "num_channels": 3,
        }
        return fixed | asdict(self)


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.q_proj, self.k_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.v_proj, self.out_proj = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x):
        """softmax(q k / sqrt(d)) v for every head; one product for the three projections."""
        parts = (self.q_proj, self.k_proj, self.v_proj)
        weight, bias = torch.cat([p.weight for p in parts]), torch.cat([p.bias for p in parts])
        query, key, value = F.linear(x, weight, bias).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(query, key, value)
        return self.out_proj(mixed.transpose(1, 2).flatten(2))


class MLP(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(width, hidden), nn.Linear(hidden, width)

    def forward(self, x):
        # Quick GELU, h sigmoid(1.702 h), with one pass less over memory.
        return self.fc2(F.silu(1.702 * self.fc1(x)) * (1 / 1.702))


class Layer(nn.Module):
    """x + attention(norm1(x)), then x + mlp(norm2(x))."""

    def __init__(self, configuration):
        super().__init__()
        width = configuration.hidden_size
        self.self_attn = Attention(width, configuration.num_attention_heads)
        self.layer_norm1, self.layer_norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mlp = MLP(width, configuration.intermediate_size)

    def forward(self, x):
        x = x + self.self_attn(self.layer_norm1(x))
        return x + self.mlp(self.layer_norm2(x))


class Embeddings(nn.Module):
    def __init__(self, configuration):
        super().__init__()
        width, patch = configuration.hidden_size, configuration.patch_size
        self.class_embedding = nn.Parameter(torch.zeros(width))
        self.patch_embedding = nn.Conv2d(3, width, patch, patch, bias=False)
        self.position_embedding = nn.Embedding(configuration.grid**2 + 1, width)

    def forward(self, x):
        patches = self.patch_embedding(x).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.class_embedding.expand(len(x), 1, -1), patches], dim=1)
        return tokens + self.position_embedding.weight


class Encoder(nn.Module):
    def __init__(self, configuration):
        super().__init__()
        self.layers = nn.ModuleList(Layer(configuration) for _ in range(configuration.num_hidden_layers))


class VisionModel(nn.Module):
    def __init__(self, configuration):
        super().__init__()
        self.embeddings = Embeddings(configuration)
        self.pre_layrnorm = nn.LayerNorm(configuration.hidden_size)  # the misspelling is the format's
        self.encoder = Encoder(configuration)
        self.post_layernorm = nn.LayerNorm(configuration.hidden_size)

    def forward(self, x):
        """Tokens after every layer, a list of [N, 1 + grid^2, width]."""
        x = self.pre_layrnorm(self.embeddings(x))
        tokens = []
        for layer in self.encoder.layers:
            x = layer(x)
            tokens.append(x)
        return tokens


class Student(nn.Module):
    """The encoder, and the readouts that exist only to train it."""

    def __init__(self, configuration=StudentConfiguration(), teacher_widths=(96, 192)):
        super().__init__()
        self.configuration = configuration
        self.vision_model = VisionModel(configuration)
        self.visual_projection = nn.Linear(configuration.hidden_size, configuration.projection_dim, bias=False)
        self.output = nn.Linear(configuration.projection_dim, targets.OUTPUTS)
        middle, late = teacher_widths
        self.pooled = nn.Linear(configuration.projection_dim, late)
        self.middle = _dense_readout(configuration.hidden_size, middle)
        self.late = _dense_readout(configuration.hidden_size, late)
        structured_attention.initialize(self)

    def forward(self, x):
        """Readouts of [N, 3, 48, 48] in -1..1: outputs [N, 82], and guesses at the teacher's features: pooled, and its
        middle and late maps at every patch."""
        tokens = self.vision_model(x)
        embedding = self.visual_projection(self.vision_model.post_layernorm(tokens[-1][:, 0]))
        # The late map one layer before the last, so that the class token can still collect what the patches have learnt.
        middle, late = self.middle(tokens[len(tokens) // 2 - 1][:, 1:]), self.late(tokens[-2][:, 1:])
        return self.output(embedding), self.pooled(embedding), middle, late

    def embed(self, x):
        return self.visual_projection(self.vision_model.post_layernorm(self.vision_model(x)[-1][:, 0]))

    def exported(self):
        """The tensors of model.safetensors."""
        kept = ("vision_model.", "visual_projection.")
        return {key: value for key, value in self.state_dict().items() if key.startswith(kept)}


def _dense_readout(width, outputs):
    return nn.Sequential(nn.LayerNorm(width), nn.Linear(width, outputs))
