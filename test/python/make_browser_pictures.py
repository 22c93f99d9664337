# SPDX-License-Identifier: Apache-2.0
"""Makes test/fixtures/browser: drawings in formats that need different decoders, and what transformers makes of them with emoji-clip.

    python test/python/make_browser_pictures.py
"""
import json
from pathlib import Path

import PIL
import torch
import transformers
from PIL import Image, ImageDraw, ImageOps
from transformers import CLIPModel, CLIPTokenizer
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "packages" / "emoji-clip"
OUT = ROOT / "test" / "fixtures" / "browser"
VERSIONS = {"transformers": transformers.__version__, "torch": torch.__version__, "Pillow": PIL.__version__}
LABELS = ["the sun", "an apple", "a red heart", "love", "a house", "a building"]
SIDE, FINER = 160, 4
EXIF_ORIENTATION, QUARTER_TURN = 0x0112, 6


def drawing(draw_on):
    """Smooth edges by drawing large; bright green lies under the transparent pixels and must not show."""
    large = Image.new("RGBA", (SIDE * FINER,) * 2, (0, 255, 0, 0))
    draw_on(ImageDraw.Draw(large), FINER)
    return large.resize((SIDE, SIDE), Image.Resampling.BOX)


def sun(pen, s):
    for turn in range(12):
        pen.regular_polygon((80 * s, 80 * s, 76 * s), 3, rotation=turn * 10, fill=(255, 170, 20, 255))
    pen.ellipse((34 * s, 34 * s, 126 * s, 126 * s), fill=(255, 214, 40, 255))


def heart(pen, s):
    pen.ellipse((14 * s, 24 * s, 84 * s, 94 * s), fill=(221, 32, 48, 255))
    pen.ellipse((76 * s, 24 * s, 146 * s, 94 * s), fill=(221, 32, 48, 255))
    pen.polygon([(21 * s, 79 * s), (80 * s, 46 * s), (139 * s, 79 * s), (80 * s, 146 * s)], fill=(221, 32, 48, 255))


def house(pen, s):
    pen.rectangle((30 * s, 74 * s, 130 * s, 146 * s), fill=(240, 214, 170, 255))
    pen.polygon([(14 * s, 78 * s), (80 * s, 16 * s), (146 * s, 78 * s)], fill=(190, 62, 48, 255))
    pen.rectangle((66 * s, 98 * s, 94 * s, 146 * s), fill=(120, 78, 48, 255))
    for x in (40, 102):
        pen.rectangle((x * s, 92 * s, (x + 18) * s, 112 * s), fill=(120, 190, 235, 255))


def on_white(image):
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA")).convert("RGB")


def save_drawings():
    drawing(sun).save(OUT / "sun.png", optimize=True)
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = QUARTER_TURN
    lying = on_white(drawing(heart)).transpose(Image.Transpose.ROTATE_90)
    lying.save(OUT / "heart.jpg", quality=88, exif=exif)
    drawing(house).save(OUT / "house.webp", quality=80)
    on_white(drawing(heart)).save(OUT / "heart.avif", quality=90, subsampling="4:4:4")
    on_white(drawing(sun)).quantize(64).save(OUT / "sun.gif")
    drawing(house).save(OUT / "house.tif", compression="tiff_lzw")
    return ["sun.png", "heart.jpg", "house.webp", "heart.avif", "sun.gif", "house.tif"]


@torch.inference_mode()
def probabilities(files):
    model = CLIPModel.from_pretrained(MODEL, dtype=torch.float32).eval()
    tokenizer = CLIPTokenizer.from_pretrained(MODEL)
    images = [on_white(ImageOps.exif_transpose(Image.open(OUT / file))) for file in files]
    pixels = CLIPImageProcessorPil.from_pretrained(MODEL)(images, return_tensors="pt")
    tokens = tokenizer([f"This is a photo of {label}." for label in LABELS], padding=True, return_tensors="pt")
    return model(**tokens, **pixels).logits_per_image.softmax(-1).tolist()


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    files = save_drawings()
    scores = dict(zip(files, probabilities(files)))
    made = {"versions": VERSIONS, "labels": LABELS, "scores": scores}
    (OUT / "scores.json").write_text(json.dumps(made, indent=1) + "\n")
