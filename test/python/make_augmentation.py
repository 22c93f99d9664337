# SPDX-License-Identifier: Apache-2.0
"""Makes test/fixtures/training/augmentation.safetensors: a small picture, and what torchvision's functions on PIL pictures
would make of it, written here with Pillow, so that torchvision need not be installed; torchvision 0.28.0 gives the same bytes
in all 75 cases that it has (no stretch, no outline).

    python test/python/make_augmentation.py

`rgb` and `rgba` are the pictures; `rgba/adjust_contrast/1.7` is what a function gives of one, [height, width, channels];
`colors` holds many colours, for those functions that look at one pixel at a time.
"""
import math

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageEnhance
from safetensors.torch import save_file

from common import FIXTURES, versions

OUT = FIXTURES / "training" / "augmentation.safetensors"
WIDTH, HEIGHT = 23, 17


def picture():
    """Waves, blocks, some noise, and every kind of alpha."""
    random = np.random.default_rng(5)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    waves = [127 + 120 * np.sin(x / a + y / b) for a, b in ((3, 5), (4, -3), (-2, 6))]
    rgb = np.stack(waves, 2) + random.integers(-30, 31, (HEIGHT, WIDTH, 3))
    rgb[4:9, 12:18] = (250, 40, 5)
    alpha = np.clip(400 - 40 * np.hypot(x - 11, y - 8), 0, 255)
    return np.dstack([rgb, alpha]).clip(0, 255).astype(np.uint8)


def colors():
    """Corners, greys, and what lies between."""
    levels = [0, 1, 63, 127, 128, 200, 254, 255]
    grid = np.array(np.meshgrid(levels, levels, levels)).reshape(3, -1).T
    return np.concatenate([grid, np.random.default_rng(6).integers(0, 256, (512, 3))]).astype(np.uint8).reshape(32, 32, 3)


def adjust_hue(image, factor):
    """What torchvision does; it loses alpha, which is put back here."""
    h, s, v = image.convert("RGB").convert("HSV").split()
    turned = np.array(h) + np.array(int(factor * 255)).astype(np.uint8)
    result = Image.merge("HSV", (Image.fromarray(turned), s, v)).convert("RGB")
    if image.mode == "RGBA":
        result.putalpha(image.getchannel("A"))
    return result


def grayscale(image):
    gray = image.convert("L")
    return Image.merge(image.mode, [gray] * 3 + list(image.split()[3:]))


def inverse_affine_matrix(center, angle, translate, scale, shear, stretch):
    """torchvision's _get_inverse_affine_matrix with shear[1] = 0; the stretch is ours."""
    rot, sx = math.radians(angle), math.radians(shear)
    a, b = math.cos(rot), -math.cos(rot) * math.tan(sx) - math.sin(rot)
    c, d = math.sin(rot), -math.sin(rot) * math.tan(sx) + math.cos(rot)
    m = [v / scale for v in (d, -b, 0.0, -c, a, 0.0)]
    m[0], m[3] = m[0] / stretch, m[3] / stretch
    x, y = -center[0] - translate[0], -center[1] - translate[1]
    return [m[0], m[1], m[0] * x + m[1] * y + center[0], m[3], m[4], m[3] * x + m[4] * y + center[1]]


def affine(image, *parameters):
    matrix = inverse_affine_matrix((image.width * 0.5, image.height * 0.5), *parameters)
    fill = None if image.mode == "RGBA" else (9, 80, 200)
    return image.transform(image.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR, fillcolor=fill)


def resized_crop(image, left, top, width, height, size, resample):
    box = image.crop((left, top, left + width, top + height))
    return box.resize((size, size), getattr(Image.Resampling, resample.upper()))


def outline(image, brightness, ink):
    """The emoji recipe's: dimmed, and dark where the mean level changes within 3 × 3 pixels."""
    levels = torch.from_numpy(np.array(image, dtype=np.float64)[..., :3]).permute(2, 0, 1)[None]
    mean = levels.mean(1, keepdim=True)
    edges = F.max_pool2d(mean, 3, 1, 1) + F.max_pool2d(-mean, 3, 1, 1)
    result = ((levels * brightness - edges * ink).clamp(0, 255) + 0.5).floor()[0].permute(1, 2, 0).byte().numpy()
    return np.dstack([result, np.array(image)[..., 3:]])


FACTORS = [0, 0.35, 0.9, 1, 1.7, 3]
CASES = [
    *[("adjust_brightness", lambda image, f: ImageEnhance.Brightness(image).enhance(f), [f]) for f in FACTORS],
    *[("adjust_contrast", lambda image, f: ImageEnhance.Contrast(image).enhance(f), [f]) for f in FACTORS],
    *[("adjust_saturation", lambda image, f: ImageEnhance.Color(image).enhance(f), [f]) for f in FACTORS],
    *[("adjust_hue", adjust_hue, [f]) for f in (-0.5, -0.13, 0, 0.07, 0.5)],
    ("grayscale", grayscale, []),
    ("hflip", lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT), []),
    ("vflip", lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM), []),
    ("affine", affine, [20, 2, -1, 1.1, 0, 1]),
    ("affine", affine, [-13, 0, 0, 0.74, 9, 1]),
    ("affine", affine, [0, 3, 2, 1, 0, 1]),
    ("affine", affine, [5, -1, 1, 1.35, -20, 0.86]),
    ("resized_crop", resized_crop, [3, 2, 14, 11, 9, "bilinear"]),
    ("resized_crop", resized_crop, [0, 0, 23, 17, 17, "bicubic"]),
    ("resized_crop", resized_crop, [10, 5, 7, 12, 24, "bicubic"]),
    ("outline", outline, [0.8, 0.5]),
    ("outline", outline, [1, 1]),
]


def record():
    rgba = Image.fromarray(picture())
    images = dict(rgb=rgba.convert("RGB"), rgba=rgba)
    tensors = {name: np.array(image) for name, image in images.items()}
    for name, image in images.items():
        for function, make, given in CASES:
            arguments = [given[0], given[1:3], *given[3:]] if function == "affine" else given
            tensors["/".join([name, function, *map(str, given)])] = np.array(make(image, *arguments))
    palette = Image.fromarray(colors())
    tensors["colors"] = np.array(palette)
    for function, make, given in CASES:
        if function in ("adjust_saturation", "adjust_hue", "grayscale"):
            tensors["/".join(["colors", function, *map(str, given)])] = np.array(make(palette, *given))
    return {name: torch.from_numpy(array.astype(np.uint8)) for name, array in tensors.items()}


save_file(record(), OUT, versions("torch", "pillow"))
