# SPDX-License-Identifier: Apache-2.0
"""Makes test/fixtures/images/awkward, small pictures of every kind that decoders trip over, and expected.json: the pixels that
Pillow reads from them, from the photographs and from the emoji, as SHA-256 of their RGB bytes and of their alpha.

    python test/python/make_images.py
"""
import base64
import hashlib
import io
import json
import warnings

import numpy as np
from common import FIXTURES, versions
from picture_files import HEIGHT, WIDTH, bmp, bmp_runs, chunk, gif, key, png, samples, tiff
from PIL import Image, ImageOps

OUT = FIXTURES / "images"
AWKWARD = OUT / "awkward"
# Pillow compares the transparent colour with samples already brought to 8 bits; we with the samples themselves, as PNG has it.
ALPHA_BY_SPECIFICATION = ["png-grey2-key", "png-grey16-key", "png-rgb16-key"]


def picture(mode="RGB", width=WIDTH, height=HEIGHT, seed=0):
    rgba = Image.fromarray(samples(width, height, seed=seed).astype(np.uint8))
    return rgba.convert("RGB").quantize(16) if mode == "P" else rgba if mode == "RGBA" else rgba.convert("RGB").convert(mode)


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags.tobytes()


def saved(image, format, **options):
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


# --- PNG ---
def pngs():
    for kind, depths in {"grey": [1, 2, 4, 8, 16], "rgb": [8, 16], "palette": [1, 2, 4, 8], "greyalpha": [8, 16], "rgba": [8, 16]}.items():
        for bits in depths:
            yield f"png-{kind}{bits}", png(kind, bits)
    for kind, bits in [("grey", 1), ("grey", 16), ("rgb", 8), ("palette", 4), ("rgba", 16)]:
        yield f"png-{kind}{bits}-interlaced", png(kind, bits, interlaced=True)
    yield "png-interlaced-3x2", png("rgb", 8, interlaced=True, width=3, height=2)
    for kind, bits in [("grey", 2), ("grey", 8), ("grey", 16), ("rgb", 8), ("rgb", 16)]:
        yield f"png-{kind}{bits}-key", png(kind, bits, chunks=key(kind, bits))
    yield "png-palette4-alpha", png("palette", 4, chunks=chunk(b"tRNS", bytes([0, 128, 255, 9])))
    yield "png-palette8-short", png("palette", 8, palette_size=100)
    for orientation in range(1, 9):
        yield f"png-orientation-{orientation}", png("rgb", 8, chunks=chunk(b"eXIf", exif(orientation)[6:]))
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    yield "png-orientation-xmp", png("rgb", 8, chunks=chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp))
    frames = [picture("RGBA", seed=seed) for seed in range(3)]
    yield "png-animated", saved(frames[0], "PNG", save_all=True, append_images=frames[1:], duration=100)
    yield "png-1x1", saved(picture("RGB", 1, 1), "PNG")
    yield "png-900x7", saved(picture("RGB", 900, 7), "PNG")


# --- JPEG ---
def jpeg(mode="RGB", **options):
    return bytearray(saved(picture(mode, 43, 37), "JPEG", **{"quality": 80, **options}))


def jpegs():
    for name, subsampling in {"444": 0, "422": 1, "420": 2, "411": "4:1:1"}.items():
        for progressive in [False, True]:
            yield f"jpeg-{name}{'-progressive' * progressive}", jpeg(subsampling=subsampling, progressive=progressive)
    yield "jpeg-440", tall_chroma()
    yield "jpeg-grey", jpeg("L")
    yield "jpeg-rgb", jpeg(keep_rgb=True)
    yield "jpeg-restart", jpeg(restart_marker_blocks=2)
    yield "jpeg-quality-1", jpeg(quality=1)
    yield "jpeg-1x1", saved(picture("RGB", 1, 1), "JPEG")
    for name, subsampling in {"": 0, "-420": 2}.items():
        for progressive in [False, True]:
            cmyk = jpeg("CMYK", subsampling=subsampling, progressive=progressive)
            yield f"jpeg-cmyk{name}{'-progressive' * progressive}", cmyk
            ycck = cmyk.copy()
            ycck[ycck.index(b"Adobe") + 11] = 2
            yield f"jpeg-ycck{name}{'-progressive' * progressive}", ycck
    for orientation in range(1, 9):
        yield f"jpeg-orientation-{orientation}", jpeg(exif=exif(orientation))


def tall_chroma():
    """4:4:0, which no writer of Pillow makes: a 4:2:2 file whose factors are turned over, and its size with them."""
    data = bytearray(saved(picture("RGB", 48, 48), "JPEG", quality=80, subsampling=1))
    frame = data.index(b"\xff\xc0")
    data[frame + 11] = 0x12
    return data


# --- WebP and AVIF ---
def webps():
    for mode in ["RGB", "RGBA"]:
        yield f"webp-lossy-{mode.lower()}", saved(picture(mode), "WEBP", quality=60)
        yield f"webp-lossless-{mode.lower()}", saved(picture(mode), "WEBP", lossless=True, exact=True)
    frames = [picture("RGBA", seed=seed) for seed in range(3)]
    for frame in frames:
        frame.paste((0, 0, 0, 0), (0, 0, 6, HEIGHT))  # the encoder stores what differs from the canvas only
    for lossless in [False, True]:
        animation = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=lossless, duration=50)
        yield f"webp-animated-{'lossless' if lossless else 'lossy'}", animation
    yield "webp-orientation-6", saved(picture(), "WEBP", exif=exif(6))


def avifs():
    yield "avif-rgb", saved(picture(), "AVIF", quality=90, subsampling="4:4:4")
    yield "avif-rgba", saved(picture("RGBA"), "AVIF", quality=90, subsampling="4:4:4")
    yield "avif-420", saved(picture(), "AVIF", quality=60)
    for orientation in range(2, 9):
        yield f"avif-orientation-{orientation}", saved(picture(), "AVIF", quality=90, subsampling="4:4:4", exif=exif(orientation))


# --- GIF ---
def gifs():
    yield "gif-plain", gif()
    yield "gif-interlaced", gif(interlaced=True)
    yield "gif-transparent", gif(transparent=3)
    yield "gif-local-palette", gif(local=True)
    yield "gif-small-frame", gif(frame=(5, 4, 9, 7), transparent=2)
    yield "gif-small-frame-opaque", gif(frame=(5, 4, 9, 7))
    yield "gif-frame-beyond-canvas", gif(frame=(15, 10, 12, 12))
    yield "gif-grey", saved(picture("L"), "GIF")
    frames = [picture("RGB", seed=seed) for seed in range(3)]
    yield "gif-animated", saved(frames[0], "GIF", save_all=True, append_images=frames[1:], disposal=2)
    yield "gif-long-codes", saved(picture("RGB", 64, 64).quantize(256), "GIF", optimize=False)


# --- BMP ---
def bmps():
    for bits in [1, 4, 8, 24]:
        yield f"bmp-{bits}", bmp(bits)
        yield f"bmp-{bits}-os2", bmp(bits, header_size=12)
    yield "bmp-16", bmp(16)
    yield "bmp-32", bmp(32)
    yield "bmp-565", bmp(16, compression=3, masks=(0xF800, 0x7E0, 0x1F))
    yield "bmp-32-alpha", bmp(32, header_size=108, compression=3, masks=(0xFF0000, 0xFF00, 0xFF, 0xFF000000))
    yield "bmp-8-top-down", bmp(8, top_down=True)
    yield "bmp-8-few-colours", bmp(8, colours=77)
    yield "bmp-24-gap", bmp(24, gap=b"12345678")
    yield "bmp-8-runs", bmp(8, compression=1, data=bmp_runs(8))
    yield "bmp-4-runs", bmp(4, compression=2, data=bmp_runs(4))


# --- TIFF ---
def tiffs():
    for compression in ["raw", "tiff_lzw", "tiff_adobe_deflate", "packbits"]:
        for mode in ["L", "RGB", "P"]:
            yield f"tiff-{compression}-{mode.lower()}", saved(picture(mode), "TIFF", compression=compression)
    for compression in ["group3", "group4", "tiff_ccitt"]:
        yield f"tiff-{compression}", saved(picture("1", 64, 40), "TIFF", compression=compression)
    for mode in ["L", "RGB", "YCbCr", "CMYK"]:
        yield f"tiff-jpeg-{mode.lower()}", saved(picture(mode, 40, 33), "TIFF", compression="jpeg")
    for mode in ["1", "LA", "RGBA", "CMYK", "I;16", "F"]:
        image = Image.fromarray(samples(channels=1, bits=10)[..., 0].astype(np.uint16)) if mode == "I;16" else picture(mode)
        yield f"tiff-{mode.replace(';', '').lower()}", saved(image, "TIFF")
    for orientation in range(1, 9):
        yield f"tiff-orientation-{orientation}", saved(picture(), "TIFF", compression="tiff_lzw", tiffinfo={274: orientation})
    for predictor_mode in ["RGB", "I;16"]:
        image = Image.fromarray(samples(channels=1, bits=16)[..., 0].astype(np.uint16)) if predictor_mode == "I;16" else picture()
        name = f"tiff-predictor-{predictor_mode.replace(';', '').lower()}"
        yield name, saved(image, "TIFF", compression="tiff_lzw", tiffinfo={317: 2})
    yield "tiff-tiles", tiff(samples(channels=3), 2, 8, tile=(16, 16), compression=8)
    yield "tiff-planar", tiff(samples(channels=3), 2, 8, planar=True, compression=8)
    yield "tiff-big-endian", tiff(samples(channels=3, bits=16), 2, 16, order=">")
    yield "tiff-white-is-zero", tiff(samples(channels=1, bits=4), 0, 4)
    yield "tiff-premultiplied", tiff(samples(channels=4), 2, 8, extra=[1])
    yield "tiff-lowest-bit-first", tiff(samples(channels=1, bits=1), 1, 1, more={266: [2]})
    frames = [picture(seed=seed) for seed in range(2)]
    yield "tiff-two-pages", saved(frames[0], "TIFF", save_all=True, append_images=frames[1:])


def expected(file):
    upright = ImageOps.exif_transpose(Image.open(file))
    rgb = upright.convert("RGB")
    entry = {"width": rgb.width, "height": rgb.height}
    if file.suffix == ".avif":
        entry["rgb"] = base64.b64encode(rgb.tobytes()).decode()
    else:
        entry["rgbSha256"] = hashlib.sha256(rgb.tobytes()).hexdigest()
    if upright.has_transparency_data and file.stem not in ALPHA_BY_SPECIFICATION:
        entry["alphaSha256"] = hashlib.sha256(upright.convert("RGBA").getchannel("A").tobytes()).hexdigest()
    return entry


def main():
    warnings.simplefilter("ignore")
    AWKWARD.mkdir(parents=True, exist_ok=True)
    extensions = {"jpeg": "jpg", "tiff": "tif"}
    for pictures in [pngs(), jpegs(), webps(), avifs(), gifs(), bmps(), tiffs()]:
        for name, data in pictures:
            format = name.split("-")[0]
            (AWKWARD / f"{name}.{extensions.get(format, format)}").write_bytes(data)
    files = [file for folder in ["photos", "emoji", "awkward"] for file in sorted((OUT / folder).glob("*.*")) if file.suffix != ".md"]
    table = {str(file.relative_to(OUT)): expected(file) for file in files}
    (OUT / "expected.json").write_text(json.dumps({**versions("pillow", "numpy"), "pictures": table}, indent=1) + "\n")


if __name__ == "__main__":
    main()
