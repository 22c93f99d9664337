# SPDX-License-Identifier: Apache-2.0
"""Makes test/fixtures/compression: what emoji-clip's embeddings lose when its weights are stored smaller, by transformers.

    python test/python/make_compression.py
"""
import json

import numpy as np
import PIL
import torch
import transformers
from PIL import Image
from transformers import CLIPModel, CLIPTokenizer
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from common import FIXTURES, ROOT

MODEL = ROOT / "packages" / "emoji-clip"
OUT = FIXTURES / "compression"
VERSIONS = {"transformers": transformers.__version__, "torch": torch.__version__, "Pillow": PIL.__version__}
PICTURES = ["emoji/*.png", "photos/c*.png", "photos/h*.png", "photos/r*.jpg"]
LINEAR = ("_proj.weight", "_projection.weight", "fc1.weight", "fc2.weight")
STORAGES = [
    {"dtype": "F16"},
    {"dtype": "BF16"},
    {"dtype": "F16", "quantization": {"type": "int8"}},
    {"dtype": "F16", "quantization": {"type": "int4", "group": 32}},
    {"dtype": "F16", "quantization": {"type": "int4", "group": 64}},
]


def stored(name, weight, storage):
    quantization = storage.get("quantization")
    if quantization and name.endswith(LINEAR):
        return torch.from_numpy(quantized(weight.numpy(), **quantization))
    return weight.to({"F16": torch.float16, "BF16": torch.bfloat16}[storage["dtype"]]).float()


def quantized(weight, type, group=None):
    """As weights-converter's quantization.ts says: 127ths or 7ths of the largest, ties rounded up."""
    largest = {"int8": 127, "int4": 7}[type]
    runs = weight.reshape(-1, group or weight.shape[1])
    scales = (np.abs(runs).max(1, keepdims=True).astype(np.float64) / largest).astype(np.float32)
    steps = np.floor(runs.astype(np.float64) / np.where(scales == 0, 1, scales) + 0.5).clip(-largest, largest)
    return (steps.astype(np.float32) * scales).reshape(weight.shape)


def on_white(image):
    """As emoji-clip's preprocessor_config.json asks of ours by alpha_background, which transformers does not know."""
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA")).convert("RGB")


@torch.inference_mode()
def embeddings(weights, inputs):
    model = CLIPModel.from_pretrained(MODEL, dtype=torch.float32).eval()
    model.load_state_dict(weights)
    output = model(**inputs)
    return output.image_embeds.double(), output.text_embeds.double()


def cost(original, compressed):
    figures = {}
    for kind, before, after in zip(("images", "texts"), original, compressed):
        cosines = torch.nn.functional.cosine_similarity(before, after)
        figures[kind] = {"min": cosines.min().item(), "mean": cosines.mean().item()}
    best = [(images @ texts.T).argmax(1) for images, texts in (original, compressed)]
    return figures | {"top1Agreement": (best[0] == best[1]).double().mean().item()}


def main():
    OUT.mkdir(exist_ok=True)
    files = [file for pattern in PICTURES for file in sorted((FIXTURES / "images").glob(pattern)) if file.suffix != ".md"]
    texts = sorted({file.stem.replace("_", " ") for file in files})
    pictures = [on_white(Image.open(file)) for file in files]
    inputs = CLIPImageProcessorPil.from_pretrained(MODEL)(images=pictures, return_tensors="pt")
    inputs |= CLIPTokenizer.from_pretrained(MODEL)(texts, padding=True, return_tensors="pt")
    weights = CLIPModel.from_pretrained(MODEL, dtype=torch.float32).state_dict()
    original = embeddings(weights, inputs)
    compressed = [
        {"storage": storage}
        | cost(original, embeddings({name: stored(name, w, storage) for name, w in weights.items()}, inputs))
        for storage in STORAGES
    ]
    images = [str(file.relative_to(FIXTURES / "images")) for file in files]
    expected = {"versions": VERSIONS, "images": images, "texts": texts, "compressed": compressed}
    (OUT / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
