# SPDX-License-Identifier: Apache-2.0
"""open_clip, whose package imports torchvision for its ResNets and transforms only: with stand-ins where that is absent."""
import importlib.util
import sys
from importlib.machinery import ModuleSpec
from unittest.mock import MagicMock

NAMES = ["torchvision", "torchvision.ops", "torchvision.ops.misc", "torchvision.transforms", "torchvision.transforms.functional"]
CLASSES = ["Normalize", "Compose", "RandomResizedCrop", "InterpolationMode", "ToTensor", "Resize", "CenterCrop", "ColorJitter", "Grayscale"]


def stand_in():
    for name in NAMES:
        module = MagicMock(name=name)
        module.__spec__, module.__path__ = ModuleSpec(name, None), []
        sys.modules[name] = module
    sys.modules["torchvision.ops.misc"].FrozenBatchNorm2d = type("FrozenBatchNorm2d", (), {})
    for name in CLASSES:  # open_clip subclasses some and reads InterpolationMode's members.
        members = {"NEAREST": 0, "BILINEAR": 2, "BICUBIC": 3}
        setattr(sys.modules["torchvision.transforms"], name, type(name, (), members))


if importlib.util.find_spec("torchvision") is None:
    stand_in()

import open_clip  # noqa: E402, F401
