# SPDX-License-Identifier: Apache-2.0
"""Writers of the PNG, GIF, BMP and TIFF files that Pillow reads but does not write."""
import struct
import zlib

import numpy as np

WIDTH, HEIGHT = 23, 17


def samples(width=WIDTH, height=HEIGHT, channels=4, bits=8, seed=0):
    """Slopes, an edge and some noise: something for every filter, predictor and chroma sampling to get wrong."""
    y, x = np.mgrid[0:height, 0:width]
    noise = np.random.default_rng(seed).integers(0, 256, (height, width))
    planes = [x * 255 // max(1, width - 1), (x + y) * 9 % 256, np.where(x < y, 30, 220), noise]
    stacked = np.stack([planes[c % 4] for c in range(channels)], -1)
    return stacked * (2**bits - 1) // 255


def packed(row, bits):
    """Samples of `bits` bits, highest first; 16 bits big-endian."""
    if bits >= 8:
        return row.astype({8: "u1", 16: ">u2"}[bits]).tobytes()
    return np.packbits(np.unpackbits(row.astype(np.uint8).reshape(-1, 1), axis=1)[:, 8 - bits :]).tobytes()


# --- PNG ---
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
COLOUR_TYPES = {"grey": (0, 1), "rgb": (2, 3), "palette": (3, 1), "greyalpha": (4, 2), "rgba": (6, 4)}


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def filtered(row, above, kind, step):
    """One PNG row under filter `kind`."""
    left = np.concatenate([np.zeros(step, int), row[:-step]]) if step < len(row) else np.zeros(len(row), int)
    corner = np.concatenate([np.zeros(step, int), above[:-step]]) if step < len(row) else np.zeros(len(row), int)
    to = [abs(above - corner), abs(left - corner), abs(left + above - 2 * corner)]
    paeth = np.where((to[0] <= to[1]) & (to[0] <= to[2]), left, np.where(to[1] <= to[2], above, corner))
    predictions = [0, left, above, (left + above) // 2, paeth]
    return bytes([kind]) + ((row - predictions[kind]) % 256).astype(np.uint8).tobytes()


def png_rows(values, bits):
    rows, above = b"", None
    step = max(1, values.shape[2] * bits // 8)
    for y, line in enumerate(values):
        row = np.frombuffer(packed(line.reshape(-1), bits), np.uint8).astype(int)
        rows += filtered(row, np.zeros(len(row), int) if above is None else above, y % 5, step)
        above = row
    return rows


def png(kind, bits, interlaced=False, chunks=b"", palette_size=None, width=WIDTH, height=HEIGHT):
    number, channels = COLOUR_TYPES[kind]
    values = samples(width, height, channels, bits)
    passes = [values[y::dy, x::dx] for x, y, dx, dy in ADAM7] if interlaced else [values]
    data = zlib.compress(b"".join(png_rows(part, bits) for part in passes if part.size))
    header = struct.pack(">IIBBBBB", width, height, bits, number, 0, 0, interlaced)
    if kind == "palette":
        colours = samples(palette_size or 2**bits, 1, 3, 8, 7).astype(np.uint8).tobytes()
        chunks = chunk(b"PLTE", colours) + chunks
    pieces = chunk(b"IDAT", data[:40]) + chunk(b"IDAT", data[40:])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunks + pieces + chunk(b"IEND", b"")


def key(kind, bits):
    """tRNS: the colour of the pixel at (5, 3) is transparent."""
    return chunk(b"tRNS", samples(channels=COLOUR_TYPES[kind][1], bits=bits)[3, 5].astype(">u2").tobytes())


# --- GIF ---
def gif_codes(indices, bits):
    """LZW that clears before its codes would grow, so that it needs no table."""
    clear, codes = 1 << bits, []
    for i, index in enumerate(indices):
        if i % (clear - 2) == 0:
            codes.append(clear)
        codes.append(int(index))
    stream = "".join(format(code, f"0{bits + 1}b")[::-1] for code in [*codes, clear + 1])
    stream += "0" * (-len(stream) % 8)
    return bytes(int(stream[i : i + 8][::-1], 2) for i in range(0, len(stream), 8))


def gif(frame=(0, 0, WIDTH, HEIGHT), transparent=None, interlaced=False, local=False):
    x, y, width, height = frame
    colours = samples(16, 1, 3, 8, 7).astype(np.uint8).tobytes()
    indices = samples(width, height, 1, 4)[..., 0]
    if interlaced:
        indices = np.concatenate([indices[first::step] for first, step in [(0, 8), (4, 8), (2, 4), (1, 2)]])
    data = b"GIF89a" + struct.pack("<HHBBB", WIDTH, HEIGHT, 0x83, 2, 0) + colours
    if transparent is not None:
        data += b"\x21\xf9\x04" + struct.pack("<BHBB", 1, 0, transparent, 0)
    data += b"\x21\xfe\x05hello\0\x2c" + struct.pack("<HHHHB", x, y, width, height, local * 0x83 | interlaced * 0x40)
    codes = gif_codes(indices.reshape(-1), 4)
    blocks = b"".join(bytes([len(codes[i : i + 99])]) + codes[i : i + 99] for i in range(0, len(codes), 99))
    return data + colours[::-1] * local + b"\x04" + blocks + b"\0;"


# --- BMP ---
def bmp(bits, header_size=40, compression=0, masks=(), top_down=False, data=None, colours=0, gap=b""):
    values = samples(channels=1, bits=min(bits, 8))[..., 0]
    stride = (WIDTH * bits + 31) // 32 * 4
    raw = np.random.default_rng(1).integers(0, 256, stride * HEIGHT, dtype=np.uint8).tobytes()
    palette = b""
    if bits <= 8:
        raw = b"".join(packed(row, bits).ljust(stride, b"\0") for row in values)
        count = colours or 2**bits
        palette = samples(count, 1, 3 if header_size == 12 else 4, 8, 7).astype(np.uint8).tobytes()
    raw = data or raw
    if header_size == 12:
        header = struct.pack("<IHHHH", 12, WIDTH, HEIGHT, 1, bits)
    else:
        height = -HEIGHT if top_down else HEIGHT
        header = struct.pack("<IiiHHIIiiII", header_size, WIDTH, height, 1, bits, compression, len(raw), 0, 0, colours, 0)
        header += b"".join(struct.pack("<I", mask) for mask in masks)
        header = header.ljust(header_size, b"\0")
    at = 14 + len(header) + len(palette) + len(gap)
    return b"BM" + struct.pack("<IHHI", at + len(raw), 0, 0, at) + header + palette + gap + raw


def bmp_runs(bits):
    """Runs, literals, a jump and lines that end early."""
    nibbles = bits == 4
    lines = []
    for y in range(HEIGHT):
        literal = bytes([0x12, 0x34, 0x50, 0]) if nibbles else bytes([1, 2, 3, 4, 5, 0])
        lines.append(bytes([4 + y % 5, 0x7A]) + bytes([0, 5]) + literal + bytes([6, y]) + b"\0\0")
    lines[3] = bytes([2, 9, 0, 2, 3, 1, 4, 8, 0, 0])
    return b"".join(lines) + b"\0\1"


# --- TIFF ---
def tiff(values, photometric, bits, order="<", compression=1, tile=None, planar=False, extra=(), rows=5, more=()):
    """`values` [height, width, samples], in strips of `rows` rows or in tiles of [height, width]."""
    height, width, channels = values.shape
    planes = [values[..., c : c + 1] for c in range(channels)] if planar else [values]
    blocks = []
    for plane in planes:
        high, wide = tile or (rows, width)
        for y in range(0, height, high):
            for x in range(0, width, wide):
                block = plane[y : y + high, x : x + wide]
                if tile:
                    block = np.pad(block, [(0, high - block.shape[0]), (0, wide - block.shape[1]), (0, 0)])
                kind = {16: order + "u2", 32: order + "f4"}.get(bits)
                lines = [line.reshape(-1) for line in block]
                data = b"".join(line.astype(kind).tobytes() if kind else packed(line, bits) for line in lines)
                blocks.append(zlib.compress(data) if compression == 8 else data)
    offsets = np.cumsum([8, *[len(block) for block in blocks]])
    tags = {256: [width], 257: [height], 258: [bits] * channels, 259: [compression], 262: [photometric], 277: [channels]}
    tags |= {284: [2 if planar else 1], (324 if tile else 273): offsets[:-1], (325 if tile else 279): [len(b) for b in blocks]}
    tags |= {322: [tile[1]], 323: [tile[0]]} if tile else {278: [rows]}
    tags |= ({338: list(extra)} if extra else {}) | dict(more)
    directory, rest = struct.pack(order + "H", len(tags)), b""
    values_at = offsets[-1] + 2 + 12 * len(tags) + 4
    for tag, numbers in sorted(tags.items()):
        data = b"".join(struct.pack(order + "I", int(number)) for number in numbers)
        directory += struct.pack(order + "HHI", tag, 4, len(numbers))
        directory += data if len(numbers) == 1 else struct.pack(order + "I", values_at + len(rest))
        rest += data if len(numbers) > 1 else b""
    start = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", offsets[-1])
    return start + b"".join(blocks) + directory + bytes(4) + rest
