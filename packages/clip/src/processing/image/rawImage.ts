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

/** What an RGBA decoder gave, in the channels that the file has. */
export function fromRgba(
  rgba: { data: Uint8Array | Uint8ClampedArray; width: number; height: number },
  channels: RawImage['channels'],
): RawImage {
  const { data: source, width, height } = rgba;
  const data = new Uint8Array(width * height * channels);
  const hasAlpha = channels === 2 || channels === 4;
  const colours = hasAlpha ? channels - 1 : channels;
  for (let from = 0, to = 0; to < data.length; from += 4) {
    for (let c = 0; c < colours; c++) data[to++] = source[from + c];
    if (hasAlpha) data[to++] = source[from + 3];
  }
  return { data, width, height, channels };
}
