// SPDX-License-Identifier: Apache-2.0
/** HF's convert_to_rgb (`PIL.Image.convert('RGB')`), and its alternative for pictures with transparent pixels. */
import { dropAlpha, type RawImage } from './rawImage.js';

export type Rgb = readonly [red: number, green: number, blue: number];

export function hasAlpha({ channels }: RawImage): boolean {
  return channels === 2 || channels === 4;
}

/** Whether any pixel lets the background through. */
export function hasTransparency(image: RawImage): boolean {
  const { data, channels } = image;
  if (!hasAlpha(image)) return false;
  for (let i = channels - 1; i < data.length; i += channels) if (data[i] < 255) return true;
  return false;
}

/** Grey becomes three equal channels; alpha is dropped, so what lies under transparent pixels shows. */
export function toRgb(image: RawImage): RawImage {
  const { data, width, height, channels } = image;
  if (channels === 3) return image;
  const out = new Uint8Array(width * height * 3);
  if (channels === 4) return { data: dropAlpha(data, out), width, height, channels: 3 };
  for (let from = 0, to = 0; to < out.length; from += channels, to += 3) {
    out[to] = out[to + 1] = out[to + 2] = data[from];
  }
  return { data: out, width, height, channels: 3 };
}

/** The picture in front of a colour: round((rgb × alpha + background × (255 − alpha)) / 255). */
export function composeOnto(image: RawImage, background: Rgb): RawImage {
  const { data, channels } = image;
  const rgb = toRgb(image);
  if (!hasAlpha(image)) return rgb;
  const out = new Uint8Array(rgb.data.length);
  for (let pixel = 0, at = 0; at < out.length; pixel++) {
    const alpha = data[(pixel + 1) * channels - 1];
    for (let c = 0; c < 3; c++, at++) {
      out[at] = Math.round((rgb.data[at] * alpha + background[c] * (255 - alpha)) / 255);
    }
  }
  return { ...rgb, data: out };
}

/** Pillow's CMYK to RGB: (255 − k) − ink × (255 − k) / 255, without a colour profile. */
export function cmykToRgb(cmyk: Uint8Array, width: number, height: number): RawImage {
  const data = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < data.length; from += 4) {
    const light = 255 - cmyk[from + 3];
    for (let c = 0; c < 3; c++) {
      const product = cmyk[from + c] * light + 128;
      data[to++] = light - (((product >> 8) + product) >> 8);
    }
  }
  return { data, width, height, channels: 3 };
}
