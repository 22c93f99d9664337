# SPDX-License-Identifier: Apache-2.0
"""Makes test/fixtures/pixels: what transformers' two image processors of CLIP make of pictures and arrays.

    python test/python/make_pixels.py

The Pillow backend runs as it is; the torchvision backend runs on the stand-in of torchvision_functional.py. Results are
kept as SHA-256 of their float32 bytes, those that torch computes in floating point as values.
"""
import hashlib
import itertools
import json
import re

import torchvision_functional  # noqa: F401  before transformers
import numpy as np
from common import FIXTURES, versions
from PIL import Image, ImageOps
from safetensors.numpy import save_file
from transformers.models.clip.image_processing_clip import CLIPImageProcessor
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

OUT = FIXTURES / "pixels"
PHOTOS = FIXTURES / "images" / "photos"
VERSIONS = versions("transformers", "torch", "pillow", "numpy")
PROCESSORS = {"pillow": CLIPImageProcessorPil(), "torchvision": CLIPImageProcessor()}
SMALL = {"size": {"shortest_edge": 20}, "crop_size": 20}
NO_CROP = {"do_center_crop": False}
NEAREST, LANCZOS, BILINEAR, BICUBIC, BOX, HAMMING = range(6)
FILTERS = {"pillow": range(6), "torchvision": [NEAREST, LANCZOS, BILINEAR, BICUBIC]}


def noise(width, height, channels):
    """Bytes from a formula that the tests have too."""
    x = np.arange(width * height * channels, dtype=np.uint32) * np.uint32(2654435761)
    x = (x ^ (x >> np.uint32(15))) * np.uint32(2246822519)
    return ((x ^ (x >> np.uint32(13))) & np.uint32(255)).astype(np.uint8).reshape(height, width, channels)


def read(given):
    """The input that a case describes, as Python's processors take it."""
    if "photo" in given:
        return ImageOps.exif_transpose(Image.open(PHOTOS / given["photo"]))
    if "file" in given:
        return ImageOps.exif_transpose(Image.open(OUT / given["file"]))
    pixels = noise(given["width"], given["height"], given["channels"])
    if given["kind"] == "picture":
        return Image.fromarray(pixels[..., 0] if given["channels"] == 1 else pixels)
    array = {"int32": pixels, "whole": pixels.astype(np.float32), "fractions": pixels.astype(np.float32) / np.float32(255)}[given["kind"]]
    return np.ascontiguousarray(array.transpose(2, 0, 1)) if given.get("first") else array


def on_background(picture, colour):
    picture = picture.convert("RGBA")
    composed = Image.new("RGB", picture.size, tuple(colour))
    composed.paste(picture, mask=picture.getchannel("A"))
    return composed


def run(backend, given, options):
    options = dict(options)
    background = options.pop("alpha_background", None)
    image = read(given)
    if background:
        image = on_background(image, background)
    result = PROCESSORS[backend].preprocess(image, **options, return_tensors="pt")["pixel_values"][0]
    return np.ascontiguousarray(result.numpy().astype(np.float32))


def camel(key):
    return re.sub(r"_(\w)", lambda match: match[1].upper(), key)


def in_camel_case(options):
    return {camel(k): {camel(a): b for a, b in v.items()} if isinstance(v, dict) else v for k, v in options.items()}


def picture(width, height, channels=3):
    return {"kind": "picture", "width": width, "height": height, "channels": channels}


def array(kind, width, height, channels=3, **more):
    return {**picture(width, height, channels), "kind": kind, **more}


def cases():
    """(backend, input, options) of every case whose result is kept as a hash."""
    for backend, photo in itertools.product(PROCESSORS, sorted(PHOTOS.iterdir())):
        if photo.suffix != ".md":
            yield backend, {"photo": photo.name}, {}
    shapes = [(1, 1), (90, 7), (7, 90), (2, 300), (3, 301), (25, 24), (20, 20), (33, 57), (57, 33), (19, 64)]
    for backend, (width, height) in itertools.product(PROCESSORS, shapes):
        yield backend, picture(width, height), SMALL
        yield backend, picture(width, height), {**SMALL, "do_resize": False, "crop_size": {"height": 31, "width": 24}}
    for backend, channels in itertools.product(PROCESSORS, [1, 2, 4]):
        yield backend, picture(40, 30, channels), SMALL
        plain = {**SMALL, "do_convert_rgb": False, "do_normalize": False}
        if backend == "pillow" or channels == 1:
            yield backend, picture(40, 30, channels), plain
        if channels != 1:
            yield backend, picture(40, 30, channels), {**SMALL, "alpha_background": [250, 128, 3]}
    for backend, file in itertools.product(PROCESSORS, ["palette.png", "cmyk.tif", "rotated.png"]):
        yield backend, {"file": file}, SMALL
    for backend in PROCESSORS:
        yield from ((backend, picture(37, 23), {"resample": r, **NO_CROP, "size": s}) for r in FILTERS[backend] for s in SIZES)
        yield from ((backend, picture(41, 29), {**SMALL, **options}) for options in OPTIONS)
    for options in [SMALL, {**SMALL, "do_resize": False}, {**SMALL, "do_rescale": False}, {"do_resize": True, "size": [28, 36], **NO_CROP}]:
        for kind, first in itertools.product(["int32", "whole", "fractions"], [True, False]):
            yield "pillow", array(kind, 36, 28, first=first), options
        for first in [True, False]:
            yield "torchvision", array("int32", 36, 28, first=first), options
    yield "pillow", array("fractions", 36, 3, 3), {**SMALL, "input_data_format": "channels_last"}
    yield "pillow", array("int32", 36, 28, 4, first=True), {**SMALL, "do_normalize": False, "input_data_format": "channels_first"}
    for backend in PROCESSORS:
        yield backend, array("whole", 36, 28), {**SMALL, "do_resize": False}


SIZES = [16, 64, [50, 11], {"height": 9, "width": 80}, {"shortest_edge": 30, "longest_edge": 40}, {"max_height": 20, "max_width": 20}]
OPTIONS = [
    {"do_resize": False},
    {"do_resize": False, "crop_size": [17, 60]},
    NO_CROP,
    {**NO_CROP, "size": {"shortest_edge": 29, "longest_edge": 30}},
    {**NO_CROP, "size": {"shortest_edge": 10, "longest_edge": 1000}},
    {"do_rescale": False},
    {"do_normalize": False},
    {"do_rescale": False, "do_normalize": False},
    {"rescale_factor": 1 / 127.5},
    {"image_mean": [0.5, 0.4, 0.3], "image_std": [0.1, 0.2, 0.3]},
    {"image_mean": 0.5, "image_std": 0.25},
    {"crop_size": {"height": 20, "width": 7}},
    {"crop_size": {"height": 45, "width": 46}},
    {"size": 21, "default_to_square": True, "crop_size": 24},
    {"do_pad": True, "pad_size": {"height": 33, "width": 21}},
]


def values():
    """The cases that torch computes in floating point, and a few in full so that a failure can be looked into."""
    yield "pillow", picture(40, 30, 4), SMALL
    yield "torchvision", picture(40, 30, 4), SMALL
    for resample in FILTERS["torchvision"]:
        for kind in ["whole", "fractions"]:
            yield "torchvision", array(kind, 36, 28), {**SMALL, "resample": resample}
    yield "torchvision", array("fractions", 18, 14), {**SMALL, "do_rescale": False}


def make_files():
    """Pictures of the modes that cannot be given as raw pixels."""
    pixels = noise(26, 33, 3)
    Image.fromarray(pixels).quantize(16).save(OUT / "palette.png")
    Image.fromarray(noise(26, 33, 4), mode="CMYK").save(OUT / "cmyk.tif", compression="tiff_lzw")
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(pixels).save(OUT / "rotated.png", exif=exif)


def describe(backend, given, options):
    return {"backend": backend, "input": given, "options": in_camel_case(options)}


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    make_files()
    hashed = []
    for case in cases():
        result = run(*case)
        summary = {"shape": list(result.shape), "sha256": hashlib.sha256(result.tobytes()).hexdigest()}
        hashed.append({**describe(*case), **summary, "start": [float(x) for x in result.flat[:3]]})
    kept, tensors = [], {}
    for i, case in enumerate(values()):
        kept.append(describe(*case))
        tensors[f"values{i}"] = run(*case)
    lines = ",\n".join(json.dumps(case) for case in hashed), ",\n".join(json.dumps(case) for case in kept)
    (OUT / "pixels.json").write_text(
        f'{{"versions": {json.dumps(VERSIONS["made_by"])},\n"hashed": [\n{lines[0]}\n],\n"values": [\n{lines[1]}\n]}}\n'
    )
    save_file(tensors, OUT / "values.safetensors", VERSIONS)
    print(len(hashed), "hashed,", len(kept), "in full")
