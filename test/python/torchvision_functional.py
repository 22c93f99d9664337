# SPDX-License-Identifier: Apache-2.0
"""A stand-in for torchvision, so that transformers' own torchvision backend runs where torchvision is not installed.

Import before transformers. It holds what that backend calls for CLIP, written after torchvision 0.28's
transforms/v2/functional: resize on a CPU with AVX2, pad, crop, normalize, pil_to_tensor.
"""
import enum
import importlib.machinery
import sys
import types

import numpy as np
import torch


class InterpolationMode(enum.Enum):
    NEAREST = "nearest"
    NEAREST_EXACT = "nearest-exact"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"
    BOX = "box"
    HAMMING = "hamming"
    LANCZOS = "lanczos"


SMOOTH = (InterpolationMode.BILINEAR, InterpolationMode.BICUBIC, InterpolationMode.LANCZOS)


def resize(image, size, interpolation=InterpolationMode.BILINEAR, antialias=True):
    if tuple(image.shape[-2:]) == tuple(size):
        return image
    options = {"align_corners": False, "antialias": antialias} if interpolation in SMOOTH else {}
    batch = image.reshape(-1, *image.shape[-3:])
    resized = torch.nn.functional.interpolate(batch, size=list(size), mode=interpolation.value, **options)
    return resized.reshape(*image.shape[:-2], *size)


def pad(image, padding, fill=0, padding_mode="constant"):
    left, top, right, bottom = padding
    return torch.nn.functional.pad(image, [left, right, top, bottom], mode=padding_mode, value=fill)


def crop(image, top, left, height, width):
    return image[..., top : top + height, left : left + width]


def normalize(image, mean, std, inplace=False):
    mean = torch.as_tensor(mean, dtype=image.dtype).reshape(-1, 1, 1)
    std = torch.as_tensor(std, dtype=image.dtype).reshape(-1, 1, 1)
    return (image.sub_(mean) if inplace else image.sub(mean)).div_(std)


def pil_to_tensor(picture):
    array = np.array(picture, copy=True)
    return torch.from_numpy(array.reshape(picture.height, picture.width, -1)).permute(2, 0, 1)


def module(name, **members):
    made = types.ModuleType(name)
    made.__spec__ = importlib.machinery.ModuleSpec(name, None, is_package=True)
    made.__path__ = []
    vars(made).update(members)
    sys.modules[name] = made
    return made


functional = module("torchvision.transforms.v2.functional", **{f.__name__: f for f in (resize, pad, crop, normalize)})
vars(functional).update(pil_to_tensor=pil_to_tensor, InterpolationMode=InterpolationMode)
v2 = module("torchvision.transforms.v2", functional=functional)
old = module("torchvision.transforms.functional", pil_to_tensor=pil_to_tensor)
transforms = module("torchvision.transforms", v2=v2, functional=old, InterpolationMode=InterpolationMode)
io = module("torchvision.io", ImageReadMode=None, decode_image=None)
module("torchvision", transforms=transforms, io=io, __version__="0.28.0", __file__=__file__)
