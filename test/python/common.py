# SPDX-License-Identifier: Apache-2.0
"""What the generators of fixtures share."""
from importlib.metadata import version
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "test" / "fixtures"


def versions(*packages):
    """Safetensors metadata. One key: the library writes several in an order that changes from run to run."""
    return {"made_by": ", ".join(f"{name} {version(name)}" for name in packages)}


def flatten(name, value):
    """A nested output as {"name.field.0": tensor}, integers as int32; absent fields left out."""
    if value is None:
        return {}
    if isinstance(value, torch.Tensor):
        value = value.detach().contiguous()
        return {name: value.float() if value.is_floating_point() else value.int()}
    items = value.items() if hasattr(value, "items") else enumerate(value)
    tensors = {}
    for key, item in items:
        tensors |= flatten(f"{name}.{key}", item)
    return tensors
