# SPDX-License-Identifier: Apache-2.0
"""Makes test/fixtures/models/vit-b-32 and emoji-clip: what models too large to be copied here return.

    python test/python/make_full_size.py

ViT-B/32 has its exact shapes and weights from a formula that test/parity/formulaWeights.ts has too, bit for bit.
emoji-clip is the checkpoint of packages/emoji-clip on photographs.
"""
import zlib

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from transformers import CLIPConfig, CLIPModel, CLIPTokenizer
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from common import FIXTURES, ROOT, flatten, versions

OUT = FIXTURES / "models"
EMOJI = ROOT / "packages" / "emoji-clip"
PHOTOS = FIXTURES / "images" / "photos"
NAMES = ["astronaut.png", "camera.png", "chelsea.png", "china.jpg"]
VERSIONS = versions("torch", "transformers", "Pillow")
CAPTIONS = ["a photo of a cat", "red rocket", "a cup of coffee", "a person's smiling face, and a helmet"]


def uniform(seed, size):
    """Elements in (-1, 1): a 32-bit integer hash of the index and the seed, its upper 24 bits."""
    with np.errstate(over="ignore"):
        x = np.arange(size, dtype=np.uint32) + np.uint32(seed)
        x = (x ^ (x >> 16)) * np.uint32(0x7FEB352D)
        x = (x ^ (x >> 15)) * np.uint32(0x846CA68B)
        x = x ^ (x >> 16)
    return (x >> 8).astype(np.float64) / 2**23 - 1


def formula(name, shape):
    """The weight in our layout, so that the places of its elements are the same on both sides."""
    values = uniform(zlib.crc32(name.encode()), int(np.prod(shape)))
    if "norm" in name and name.endswith("weight"):
        values = 1 + 0.1 * values
    elif name.endswith("bias"):
        values = 0.1 * values
    elif "embedding" in name and "patch" not in name:
        values = 0.5 * values
    else:
        values = values * 1.5 / np.sqrt(np.prod(shape[:-1]))
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def theirs(name, parameter):
    """From our layout: linear kernels [in, out], the patch convolution [patch, patch, channels, hidden]."""
    if parameter.ndim == 4:
        hidden, channels, height, width = parameter.shape
        return formula(name, (height, width, channels, hidden)).permute(3, 2, 0, 1)
    if parameter.ndim == 2 and "position_embedding" not in name and "token_embedding" not in name:
        return formula(name, tuple(parameter.shape)[::-1]).T
    return formula(name, tuple(parameter.shape))


def full_size():
    model = CLIPModel(CLIPConfig()).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.ndim:
                parameter.copy_(theirs(name, parameter))
        pixels = torch.from_numpy(uniform(1, 2 * 3 * 224 * 224).astype(np.float32)).reshape(2, 3, 224, 224)
        ids = torch.from_numpy((np.abs(uniform(2, 2 * 16)) * 49000).astype(np.int64)).reshape(2, 16)
        ids[:, 0], ids[0, 9:], ids[1, 15:] = 49406, 49407, 49407
        texts = dict(input_ids=ids, attention_mask=torch.ones_like(ids))
        texts["attention_mask"][0, 10:] = 0
        out = model(**texts, pixel_values=pixels, return_loss=True, output_hidden_states=True)
    tensors = flatten("base", texts)
    for name in ("logits_per_image", "text_embeds", "image_embeds", "loss"):
        tensors |= flatten(f"base.{name}", out[name])
    for tower in ("text", "vision"):
        for i, states in enumerate(out[f"{tower}_model_output"].hidden_states):
            # Some states of every third token: enough to name the block that goes wrong.
            tensors |= flatten(f"base.{tower}_model_output.hidden_states.{i}", states[:, ::3, ::97])
    (OUT / "vit-b-32").mkdir(parents=True, exist_ok=True)
    save_file({k: v.clone() for k, v in tensors.items()}, OUT / "vit-b-32" / "expected.safetensors", VERSIONS)


def emoji_clip():
    model = CLIPModel.from_pretrained(EMOJI, dtype=torch.float32).eval()
    photos = [Image.open(PHOTOS / name) for name in NAMES]
    pixels = CLIPImageProcessorPil.from_pretrained(EMOJI)(photos, return_tensors="pt")
    texts = CLIPTokenizer.from_pretrained(EMOJI)(CAPTIONS, padding=True, return_tensors="pt")
    inputs = {key: texts[key] for key in ("input_ids", "attention_mask")} | {"pixel_values": pixels["pixel_values"]}
    with torch.no_grad():
        out = model(**inputs, return_loss=True)
    names = ("loss", "logits_per_image", "logits_per_text", "text_embeds", "image_embeds")
    tensors = flatten("base", inputs) | flatten("base", {name: out[name].clone() for name in names})
    (OUT / "emoji-clip").mkdir(parents=True, exist_ok=True)
    save_file(tensors, OUT / "emoji-clip" / "expected.safetensors", VERSIONS)


if __name__ == "__main__":
    full_size()
    emoji_clip()
