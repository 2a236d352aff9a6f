"""Random views of a batch of grey faces: where the crop lands, how it was lit, how it was recorded."""

import math

import torch
import torch.nn.functional as F

# The crop the product makes: eye distance and eye centre as fractions of the side, roll removed.
EYE_DISTANCE, EYE_CENTRE = 0.369, (0.5, 0.389)
# Bounds on the alignment, because landmarks of a 48-pixel face are sometimes wild.
_ZOOM_RANGE, _ROLL_LIMIT, _SHIFT_LIMIT = (0.7, 1.45), math.radians(25), 0.2


def to_float(images):
    """uint8 to -1..1, the range the networks see (mean 0.5, standard deviation 0.5)."""
    return images.float() / 127.5 - 1


def canonical_pose(landmarks):
    """(log zoom, roll, dx, dy) [N, 4] that bring each face to the product's crop; zeros without landmarks.

    A view at pose (z, r, d) samples the image at `d + R(r) p / e^z` for each output point p, in -1..1 coordinates
    around the output's eye centre.
    """
    left, right = landmarks[:, 0], landmarks[:, 1]
    vector, centre = right - left, (left + right) / 2
    distance = vector.norm(dim=1)
    zoom = (EYE_DISTANCE / distance).clamp(*_ZOOM_RANGE).log()
    roll = torch.atan2(vector[:, 1], vector[:, 0]).clamp(-_ROLL_LIMIT, _ROLL_LIMIT)
    shift = ((centre - torch.tensor(EYE_CENTRE)) * 2).clamp(-2 * _SHIFT_LIMIT, 2 * _SHIFT_LIMIT)
    pose = torch.stack([zoom, roll, shift[:, 0], shift[:, 1]], dim=1)
    return torch.where(pose.isnan().any(1, keepdim=True), torch.zeros(()), pose)


def warp(images, pose, mirror=None, aspect=None, size=None):
    """Resample [N, C, S, S] at `pose` [N, 4]; `mirror` [N] bool; `aspect` [N] log stretch of x against y; `size` of the result."""
    matrix, offset = _transform(pose, mirror, aspect)
    theta = torch.cat([matrix, offset[:, :, None]], dim=2)
    shape = list(images.shape[:2]) + [size or images.shape[2]] * 2
    grid = F.affine_grid(theta, shape, align_corners=False)
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="border", align_corners=False)


def warp_landmarks(landmarks, pose, mirror=None, aspect=None):
    """Where the landmarks [N, 5, 2] (fractions) land in the warped image."""
    matrix, offset = _transform(pose, mirror, aspect)
    points = landmarks * 2 - 1 - offset[:, None]
    points = torch.linalg.solve(matrix, points.transpose(1, 2)).transpose(1, 2)
    points = (points + 1) / 2
    if mirror is None:
        return points
    return torch.where(mirror[:, None, None], points[:, [1, 0, 2, 4, 3]], points)


def _transform(pose, mirror, aspect):
    """Output point to input point, both in -1..1: matrix [N, 2, 2] and offset [N, 2]."""
    zoom, roll = pose[:, 0].exp(), pose[:, 1]
    cosine, sine = roll.cos() / zoom, roll.sin() / zoom
    matrix = torch.stack([cosine, -sine, sine, cosine], dim=1).view(-1, 2, 2)
    if aspect is not None:
        matrix = matrix * torch.stack([aspect.exp(), (-aspect).exp()], dim=1)[:, None, :]
    pivot = torch.tensor(EYE_CENTRE) * 2 - 1
    offset = pivot + pose[:, 2:] - (matrix @ pivot)
    if mirror is not None:
        flip = torch.where(mirror, -1.0, 1.0)
        # The pivot is on the vertical axis, so mirroring the output's x is all there is to it.
        matrix = matrix * torch.stack([flip, torch.ones_like(flip)], dim=1)[:, None, :]
    return matrix, offset


class Augmentation:
    """Draws views with one seeded generator, so that an epoch can be repeated."""

    def __init__(self, strength, generator):
        self.strength, self.generator = strength, generator

    def _uniform(self, count, low, high):
        return torch.rand(count, generator=self.generator) * (high - low) + low

    def _normal(self, *shape):
        return torch.randn(*shape, generator=self.generator)

    def _chance(self, count, probability):
        return torch.rand(count, generator=self.generator) < probability

    def pose(self, landmarks):
        """From the image as it is to the product's crop, and past both by jitter."""
        count, s = len(landmarks), self.strength
        pose = canonical_pose(landmarks) * self._uniform(count, -0.1, 1.1)[:, None]
        jitter = self._normal(count, 4) * torch.tensor([0.13, math.radians(9), 0.09, 0.09]) * s
        mirror = self._chance(count, 0.5)
        aspect = self._normal(count) * 0.04 * s
        return pose + jitter, mirror, aspect

    def light(self, images):
        """Gamma, contrast, brightness and a linear shadow across the face; input and output in -1..1."""
        count, s = len(images), self.strength
        shape = (count, 1, 1, 1)
        x = (images + 1) / 2
        gamma = (self._normal(count) * 0.3 * s).exp().view(shape)
        x = x.clamp(1e-3, 1) ** gamma
        contrast = (self._normal(count) * 0.22 * s).exp().view(shape)
        x = (x - 0.5) * contrast + 0.5 + self._normal(count).view(shape) * 0.1 * s
        side = torch.linspace(-1, 1, images.shape[-1])
        slope = self._normal(count, 2) * 0.1 * s
        x = x + slope[:, 0].view(shape) * side + slope[:, 1].view(shape) * side[:, None]
        return x.clamp(0, 1) * 2 - 1

    def record(self, images):
        """Defocus, small faces enlarged, and sensor noise."""
        count, s = len(images), self.strength
        chosen = self._chance(count, 0.25 * s).nonzero()[:, 0]
        if len(chosen):
            images = images.index_copy(0, chosen, blur(images[chosen], self._uniform(len(chosen), 0.4, 1.5)))
        chosen = self._chance(count, 0.2 * s).nonzero()[:, 0]
        if len(chosen):
            side = int(torch.randint(18, 42, (), generator=self.generator))
            images = images.index_copy(0, chosen, shrink_and_enlarge(images[chosen], side))
        level = (self._uniform(count, 0, 0.1 * s) * self._chance(count, 0.4)).view(-1, 1, 1, 1)
        return (images + self._normal(*images.shape) * level).clamp(-1, 1)

    def occlude(self, images):
        """One grey rectangle on a third of the faces: a hand, a microphone, hair."""
        count, side = len(images), images.shape[-1]
        size = self._uniform(2 * count, 0.15, 0.4).view(2, count, 1) * side
        centre = self._uniform(2 * count, 0, 1).view(2, count, 1) * side
        inside = (torch.arange(side) - centre).abs() < size / 2
        mask = inside[0][:, :, None] & inside[1][:, None, :] & self._chance(count, 0.33 * self.strength)[:, None, None]
        fill = self._uniform(count, -1, 1).view(-1, 1, 1, 1)
        return torch.where(mask[:, None], fill, images)

    def colour(self, images):
        """Grey to RGB [N, 3, S, S] as a camera might have seen it: cast, saturation, per-channel tone curve."""
        count, s = len(images), self.strength
        x = ((images + 1) / 2).expand(-1, 3, -1, -1).clamp(1e-3, 1)
        tinted = self._chance(count, 0.7)[:, None] * s
        # Skin is bright in red and dark in blue, under most lights; the spread is wide enough for blue light too.
        curve = self._normal(count, 3) * 0.15 + self._normal(count, 1).abs() * torch.tensor([-0.25, 0.0, 0.25])
        gain = self._normal(count, 3) * 0.1
        x = x ** (curve * tinted).exp().view(count, 3, 1, 1) * (gain * tinted).exp().view(count, 3, 1, 1)
        return x.clamp(0, 1) * 2 - 1


def blur(images, sigma):
    """Gaussian blur with one sigma (pixels) per image."""
    reach = torch.arange(-4, 5).float()
    kernel = torch.exp(-0.5 * (reach / sigma[:, None]) ** 2)
    kernel = (kernel / kernel.sum(1, keepdim=True)).repeat_interleave(images.shape[1], 0)
    count, channels, height, width = images.shape
    x = F.pad(images.reshape(1, count * channels, height, width), (4, 4, 4, 4), mode="replicate")
    x = F.conv2d(x, kernel[:, None, None, :], groups=count * channels)
    return F.conv2d(x, kernel[:, None, :, None], groups=count * channels).view(images.shape)


def shrink_and_enlarge(images, side):
    """What a face of `side` pixels looks like after resizing to the network's input."""
    small = F.interpolate(images, size=(side, side), mode="bilinear", antialias=True, align_corners=False)
    return F.interpolate(small, size=images.shape[-2:], mode="bicubic", align_corners=False).clamp(-1, 1)
