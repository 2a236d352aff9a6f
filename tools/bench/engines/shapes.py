"""The shapes of CLIP's image encoders, and what they cost."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    title: str
    patch: int
    projection: int
    width: int = 768
    hidden: int = 3072
    layers: int = 12
    heads: int = 12
    side: int = 224

    @property
    def tokens(self):
        return (self.side // self.patch) ** 2 + 1

    @property
    def is_large(self):
        return self.layers > 12

    def configuration(self):
        """As transformers' CLIPVisionConfig takes it."""
        return dict(
            image_size=self.side, patch_size=self.patch, projection_dim=self.projection, hidden_size=self.width,
            intermediate_size=self.hidden, num_hidden_layers=self.layers, num_attention_heads=self.heads)

    def multiplications(self):
        """Multiply-adds of one image, by the part they are in. Norms, softmax and activations do not count."""
        t, d, m, n = self.tokens, self.width, self.hidden, self.layers
        return {
            "patch embedding": (t - 1) * 3 * self.patch**2 * d,
            "query, key, value": n * t * d * 3 * d,
            "scores": n * t * t * d,
            "weighted values": n * t * t * d,
            "attention output": n * t * d * d,
            "feed-forward": n * 2 * t * d * m,
            "projection": d * self.projection,
        }

    def operations(self):
        """Floating-point operations of one image: two for each multiply-add, attention included."""
        return 2 * sum(self.multiplications().values())

    def operations_left_out(self):
        """Those that mien does not do: of the last block, only the class token is read."""
        t, d, m = self.tokens, self.width, self.hidden
        block = t * (4 * d * d + 2 * t * d + 2 * d * m)
        # Its query, and what stands in for keys and values (attention.h), has a row for an image.
        class_token = 4 * d * d + 2 * t * d * self.heads + 2 * d * m
        return 2 * (block - class_token)

    def operations_spared(self):
        """Those that mien does not do in single precision, since it computes the products of images of many tokens with
        Strassen's algorithm: seven products of quarters for eight. A row that has no other gets one of zeros."""
        t, d, m, n = self.tokens, self.width, self.hidden, self.layers
        if t < 96:
            return 0

        def spared(inputs, outputs):
            return t * inputs * outputs - 7 * ((t + 1) // 2) * (inputs // 2) * (outputs // 2)

        blocks = (n - 1) * (spared(d, 3 * d) + spared(d, d) + spared(d, m) + spared(m, d))
        return 2 * (blocks + spared(3 * self.patch**2, d))

    def weight_bytes(self, bytes_per_weight):
        """Of the matrices that a batch of any size reads once."""
        d, m = self.width, self.hidden
        count = self.layers * (4 * d * d + 2 * d * m) + 3 * self.patch**2 * d + d * self.projection
        return bytes_per_weight * count


LARGE = dict(patch=14, projection=768, width=1024, hidden=4096, layers=24, heads=16)
SHAPES = {
    "b32": Shape("ViT-B/32", patch=32, projection=512),
    "b16": Shape("ViT-B/16", patch=16, projection=512),
    "l14": Shape("ViT-L/14", **LARGE),
    "l14-336": Shape("ViT-L/14@336", side=336, **LARGE),
}
