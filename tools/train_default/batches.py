"""Epochs of augmented batches."""

import torch

import augment
import data
import targets


class Batches:
    """Training batches of one epoch, a pure function of (seed, epoch)."""

    def __init__(self, faces, names, size, strength, mix_chance, mix_alpha):
        self.faces, self.size, self.strength = faces, size, strength
        self.mix_chance, self.mix_alpha = mix_chance, mix_alpha
        self.mirrored_channel = data.mirror_permutation(names)
        # Disgust and "other" are under 1 % of the images: seen about 2.5 times as often, they are learnt at all.
        share = torch.bincount(faces.label, minlength=8) / len(faces)
        self.repeats = (0.1 / share).clamp(min=1).pow(0.4)[faces.label]

    def __len__(self):
        return int(self.repeats.sum()) // self.size

    def epoch(self, seed, epoch):
        """Yields (images [n, 1, 48, 48] in -1..1, targets, mixed?)."""
        generator = torch.Generator().manual_seed(seed * 1000 + epoch)
        views = augment.Augmentation(self.strength, generator)
        extra = torch.rand(len(self.faces), generator=generator) < self.repeats % 1
        order = torch.arange(len(self.faces)).repeat_interleave(self.repeats.long() + extra)
        order = order[torch.randperm(len(order), generator=generator)]
        for start in range(0, len(self) * self.size, self.size):
            chosen = order[start : start + self.size]
            if len(chosen) == self.size:
                yield self._batch(chosen, views, generator)

    def _batch(self, chosen, views, generator):
        faces = self.faces
        pose, mirror, aspect = views.pose(faces.landmarks[chosen])
        images = augment.warp(augment.to_float(faces.images[chosen]), pose, mirror, aspect)
        images = views.occlude(views.record(views.light(images)))
        scores = faces.blendshapes[chosen]
        batch = {
            "votes": faces.votes[chosen],
            "action_units": faces.action_units[chosen],
            "blendshapes": torch.where(mirror[:, None], scores[:, self.mirrored_channel], scores),
            "landmarks": augment.warp_landmarks(faces.landmarks[chosen], pose, mirror, aspect),
        }
        mixed = float(torch.rand((), generator=generator)) < self.mix_chance
        if mixed:
            weight = _beta(self.mix_alpha, len(chosen), generator)
            partner = torch.randperm(len(chosen), generator=generator)
            images = weight.view(-1, 1, 1, 1) * images + (1 - weight).view(-1, 1, 1, 1) * images[partner]
            landmarks = batch.pop("landmarks")  # the mean of two faces' landmarks is no face's
            batch = targets.mix(batch, partner, weight[:, None])
            batch["landmarks"] = landmarks
        return images, batch, mixed


def _beta(alpha, count, generator):
    """Beta(alpha, alpha) from two Gammas, because torch.distributions takes no generator."""
    shape = torch.full((count,), alpha)
    first, second = (torch._standard_gamma(shape, generator=generator) for _ in range(2))
    return first / (first + second).clamp(min=1e-6)
