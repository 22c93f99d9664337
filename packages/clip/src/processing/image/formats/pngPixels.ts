// SPDX-License-Identifier: Apache-2.0
/** From a PNG's unfiltered rows to 8-bit pixels, with Pillow's rule for each depth. */
import type { RawImage } from '../rawImage.js';
import type { PngHeader } from './png.js';

/** Samples a pixel by colour type: grey, RGB, palette, grey and alpha, RGBA. */
export const SAMPLES: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

const PALETTE = 3;

export function channelsOf(colorType: number, hasTransparency: boolean): RawImage['channels'] {
  const colours = colorType === PALETTE ? 3 : SAMPLES[colorType];
  return (hasTransparency ? colours + 1 : colours) as RawImage['channels'];
}

/** `row` writes one row of a pass: its pixels go to x0, x0 + stepX … of row y. */
export function pixelWriter(header: PngHeader) {
  const { width, height, channels, colorType, bitDepth, transparency } = header;
  const samples = SAMPLES[colorType];
  const data = new Uint8Array(width * height * channels);
  const image: RawImage = { data, width, height, channels };
  const setPixel = colorType === PALETTE ? paletteSetter(header) : sampleSetter(header);
  const pixel = new Uint16Array(samples);
  const isCopy = bitDepth === 8 && colorType !== PALETTE && !transparency;

  const row = (bytes: Uint8Array, y: number, x0: number, stepX: number) => {
    if (isCopy && stepX === 1) return data.set(bytes, y * width * channels);
    let sample = 0;
    for (let x = x0; x < width; x += stepX) {
      for (let s = 0; s < samples; s++) pixel[s] = readSample(bytes, sample++, bitDepth);
      setPixel(data, (y * width + x) * channels, pixel);
    }
  };
  return { image, row };
}

type SetPixel = (data: Uint8Array, at: number, samples: Uint16Array) => void;

/** An index beyond the palette is black. */
function paletteSetter({ palette, transparency }: PngHeader): SetPixel {
  return (data, at, [index]) => {
    for (let c = 0; c < 3; c++) data[at + c] = palette[index * 3 + c] ?? 0;
    if (transparency) data[at + 3] = transparency[index] ?? 255;
  };
}

function sampleSetter({ colorType, bitDepth, transparency }: PngHeader): SetPixel {
  const samples = SAMPLES[colorType];
  const toByte = byteRule(colorType, bitDepth);
  const key = transparency && Array.from({ length: samples }, (_, i) => readSample(transparency, i, 16));
  return (data, at, pixel) => {
    for (let c = 0; c < samples; c++) data[at + c] = toByte(pixel[c]);
    if (key) data[at + samples] = key.every((value, c) => value === pixel[c]) ? 0 : 255;
  };
}

/** Pillow clips 16-bit grey ("I;16" to RGB) and keeps the high byte of the other 16-bit kinds. */
function byteRule(colorType: number, bitDepth: number): (sample: number) => number {
  if (bitDepth === 16) return colorType === 0 ? (v) => Math.min(v, 255) : (v) => v >> 8;
  const scale = 255 / (2 ** bitDepth - 1);
  return (v) => v * scale;
}

function readSample(bytes: Uint8Array, index: number, bitDepth: number): number {
  if (bitDepth === 8) return bytes[index];
  if (bitDepth === 16) return (bytes[index * 2] << 8) | bytes[index * 2 + 1];
  const bit = index * bitDepth;
  return (bytes[bit >> 3] >> (8 - bitDepth - (bit & 7))) & (2 ** bitDepth - 1);
}
