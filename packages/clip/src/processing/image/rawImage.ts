// SPDX-License-Identifier: Apache-2.0
/** A decoded picture as the steps of this folder hand it on. */

/** Pixels row by row, channels interleaved. */
export interface PixelImage {
  data: Uint8Array | Float32Array;
  width: number;
  height: number;
  channels: number;
}

export interface ByteImage extends PixelImage {
  data: Uint8Array;
}

/** Of 1 channel grey, 2 grey and alpha, 3 RGB, 4 RGBA; alpha is not premultiplied. */
export interface RawImage extends ByteImage {
  channels: 1 | 2 | 3 | 4;
}

/** A picture whose values are not bytes, as of a float tensor; only what HF does to arrays is done to it. */
export interface FloatImage extends PixelImage {
  data: Float32Array;
}

export function isBytes(image: PixelImage): image is ByteImage {
  return image.data instanceof Uint8Array;
}

/** What an RGBA decoder gave, in the channels that the file has; colours keep the decoder's memory. */
export function fromRgba(
  rgba: { data: Uint8Array | Uint8ClampedArray; width: number; height: number },
  channels: RawImage['channels'],
): RawImage {
  const { width, height } = rgba;
  const source = new Uint8Array(rgba.data.buffer, rgba.data.byteOffset, width * height * 4);
  if (channels === 4) return { data: source, width, height, channels };
  if (channels === 3) {
    const rgb = source.subarray(0, width * height * 3);
    return { data: dropAlpha(source, rgb), width, height, channels };
  }
  const data = new Uint8Array(width * height * channels);
  for (let from = 0, to = 0; to < data.length; from += 4) {
    data[to++] = source[from];
    if (channels === 2) data[to++] = source[from + 3];
  }
  return { data, width, height, channels };
}

/** Fills `rgb`, which may begin where `rgba` does: four pixels at a time, as three words of four. */
export function dropAlpha(rgba: Uint8Array, rgb: Uint8Array): Uint8Array {
  let from = 0;
  if (rgba.byteOffset % 4 === 0 && rgb.byteOffset % 4 === 0) {
    const words = new Uint32Array(rgba.buffer, rgba.byteOffset, rgba.length / 4);
    const out = new Uint32Array(rgb.buffer, rgb.byteOffset, Math.floor(rgb.length / 12) * 3);
    for (let to = 0; to < out.length; to += 3, from += 4) {
      const second = words[from + 1];
      const third = words[from + 2];
      out[to] = (words[from] & 0xffffff) | (second << 24);
      out[to + 1] = ((second >>> 8) & 0xffff) | (third << 16);
      out[to + 2] = ((third >>> 16) & 0xff) | (words[from + 3] << 8);
    }
  }
  for (let to = from * 3; to < rgb.length; to += 3, from++) {
    for (let c = 0; c < 3; c++) rgb[to + c] = rgba[from * 4 + c];
  }
  return rgb;
}
