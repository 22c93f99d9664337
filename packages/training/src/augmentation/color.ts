// SPDX-License-Identifier: Apache-2.0
/**
 * Colours changed as torchvision.transforms.functional changes those of a PIL picture, to the last bit: Pillow's ImageEnhance
 * blends a picture with a duller one, in single precision, cutting fractions off. Pictures are RGB or RGBA; alpha stays.
 */
import type { RawImage } from 'tfjs-clip';
import { fromHsv, toHsv } from './hsv.js';

/** 0 gives black, 1 the picture. `ImageEnhance.Brightness`. */
export function adjustBrightness(image: RawImage, factor: number): RawImage {
  return mapLevels(image, (level) => blend(0, level, factor));
}

/** 0 gives the picture's mean grey, 1 the picture. `ImageEnhance.Contrast`. */
export function adjustContrast(image: RawImage, factor: number): RawImage {
  const mean = meanGray(image);
  return mapLevels(image, (level) => blend(mean, level, factor));
}

/** 0 gives a grey picture, 1 the picture. `ImageEnhance.Color`. */
export function adjustSaturation(image: RawImage, factor: number): RawImage {
  return mapPixels(image, ({ data }, at, out) => {
    const gray = luma(data, at);
    for (let c = 0; c < 3; c++) out[at + c] = blend(gray, data[at + c], factor);
  });
}

/** Turns the colours by a part of the circle, from -0.5 to 0.5. */
export function adjustHue(image: RawImage, turn: number): RawImage {
  const steps = Math.trunc(turn * 255);
  const hsv = new Uint8Array(3);
  return mapPixels(image, ({ data }, at, out) => {
    toHsv(data, at, hsv);
    hsv[0] += steps; // around the circle, as bytes overflow
    fromHsv(hsv, out, at);
  });
}

/** Three equal channels. */
export function toGrayscale(image: RawImage): RawImage {
  return mapPixels(image, ({ data }, at, out) => {
    out[at] = out[at + 1] = out[at + 2] = luma(data, at);
  });
}

/** A new picture of the same alpha, each pixel written by `change`. */
export function mapPixels(
  image: RawImage,
  change: (image: RawImage, at: number, out: Uint8Array) => void,
): RawImage {
  const out = image.data.slice();
  for (let at = 0; at < out.length; at += image.channels) change(image, at, out);
  return { ...image, data: out };
}

function mapLevels(image: RawImage, levelOf: (level: number) => number): RawImage {
  const table = Uint8Array.from({ length: 256 }, (_, level) => levelOf(level));
  return mapPixels(image, ({ data }, at, out) => {
    for (let c = 0; c < 3; c++) out[at + c] = table[data[at + c]];
  });
}

/** `Image.blend`, which computes in C's float. */
function blend(from: number, to: number, factor: number): number {
  const value = Math.fround(from + Math.fround(Math.fround(factor) * (to - from)));
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.trunc(value);
}

/** Pillow's mode L: ITU-R 601-2 luma in 16-bit fixed point. */
function luma(data: Uint8Array, at: number): number {
  return (data[at] * 19595 + data[at + 1] * 38470 + data[at + 2] * 7471 + 0x8000) >> 16;
}

function meanGray({ data, channels }: RawImage): number {
  let sum = 0;
  for (let at = 0; at < data.length; at += channels) sum += luma(data, at);
  return Math.trunc(sum / (data.length / channels) + 0.5);
}
