"""What a face may have gone through before the model sees it: the rows of the robustness table."""

import math

import torch
import torch.nn.functional as F

import augment


def _pose(faces, zoom=0.0, roll=0.0, x=0.0, y=0.0):
    pose = torch.zeros(len(faces), 4)
    pose[:, 0], pose[:, 1], pose[:, 2], pose[:, 3] = math.log(1 + zoom), math.radians(roll), x, y
    return pose


def _light(images, function):
    return function((images + 1) / 2).clamp(0, 1) * 2 - 1


def _size(side):
    def change(images, faces):
        if side < images.shape[-1]:
            return augment.shrink_and_enlarge(images, side)
        large = F.interpolate(images, size=(side, side), mode="bicubic", align_corners=False)
        small = F.interpolate(large, size=images.shape[-2:], mode="bicubic", align_corners=False, antialias=True)
        return small.clamp(-1, 1)

    return change


def _tint(red, green, blue):
    gain = torch.tensor([red, green, blue]).view(1, 3, 1, 1)
    return lambda images, faces: _light(images.expand(-1, 3, -1, -1), lambda x: x * gain)


def _occluded(top, bottom):
    def change(images, faces):
        images = images.clone()
        side = images.shape[-1]
        images[:, :, int(top * side) : int(bottom * side)] = 0
        return images

    return change


def _noise(images, faces):
    noise = torch.randn(images.shape, generator=torch.Generator().manual_seed(1))
    return (images + 0.1 * noise).clamp(-1, 1)


CONDITIONS = {
    "as it is": lambda images, faces: images,
    "mirrored": lambda images, faces: images.flip(3),
    "our crop (aligned by landmarks)": lambda i, f: augment.warp(i, augment.canonical_pose(f.landmarks)),
    "crop 15 % tighter": lambda i, f: augment.warp(i, _pose(f, zoom=0.15)),
    "crop 30 % tighter": lambda i, f: augment.warp(i, _pose(f, zoom=0.30)),
    "crop 15 % looser": lambda i, f: augment.warp(i, _pose(f, zoom=-0.15)),
    "crop 25 % looser": lambda i, f: augment.warp(i, _pose(f, zoom=-0.25)),
    "shifted right 5 %": lambda i, f: augment.warp(i, _pose(f, x=0.1)),
    "shifted down 5 %": lambda i, f: augment.warp(i, _pose(f, y=0.1)),
    "roll 10 degrees": lambda i, f: augment.warp(i, _pose(f, roll=10)),
    "roll 20 degrees": lambda i, f: augment.warp(i, _pose(f, roll=20)),
    "roll -20 degrees": lambda i, f: augment.warp(i, _pose(f, roll=-20)),
    "half the light": lambda i, f: _light(i, lambda x: 0.5 * x),
    "a quarter of the light": lambda i, f: _light(i, lambda x: 0.25 * x),
    "over-exposed (x 1.5)": lambda i, f: _light(i, lambda x: 1.5 * x),
    "over-exposed (x 2)": lambda i, f: _light(i, lambda x: 2 * x),
    "half the contrast": lambda i, f: i * 0.5,
    "blur, sigma 1 px": lambda i, f: augment.blur(i, torch.full((len(i),), 1.0)),
    "blur, sigma 2 px": lambda i, f: augment.blur(i, torch.full((len(i),), 2.0)),
    "noise, sigma 5 %": _noise,
    "face of 16 px": _size(16),
    "face of 24 px": _size(24),
    "face of 32 px": _size(32),
    "face of 400 px": _size(400),
    "warm light": _tint(1.0, 0.75, 0.5),
    "cold light": _tint(0.6, 0.8, 1.0),
    "mouth covered": _occluded(0.65, 1.0),
    "eyes covered": _occluded(0.25, 0.5),
}
