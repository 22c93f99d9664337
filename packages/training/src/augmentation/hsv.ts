// SPDX-License-Identifier: Apache-2.0
/** Pillow's mode HSV: bytes, computed partly in float and partly in double (src/libImaging/Convert.c). */

/** The pixel at `at`, as hue, saturation and value. */
export function toHsv(data: Uint8Array, at: number, hsv: Uint8Array): void {
  const [r, g, b] = [data[at], data[at + 1], data[at + 2]];
  const largest = Math.max(r, g, b);
  const spread = largest - Math.min(r, g, b);
  hsv[2] = largest;
  hsv[0] = hsv[1] = 0;
  if (spread === 0) return;
  const redness = Math.fround((largest - r) / spread);
  const greenness = Math.fround((largest - g) / spread);
  const blueness = Math.fround((largest - b) / spread);
  const sixths =
    r === largest ? blueness - greenness : g === largest ? 2 + redness - blueness : 4 + greenness - redness;
  hsv[0] = Math.fround((Math.fround(sixths) / 6 + 1) % 1) * 255;
  hsv[1] = Math.fround(spread / largest) * 255;
}

/** Writes RGB to `out` at `at`. */
export function fromHsv([h, s, v]: Uint8Array, out: Uint8Array, at: number): void {
  const sixth = Math.floor((h * 6) / 255);
  const rest = Math.fround((h * 6) / 255 - sixth);
  const saturation = Math.fround(s / 255);
  const low = Math.round(v * (1 - saturation));
  const falling = Math.round(v * (1 - saturation * rest));
  const rising = Math.round(v * (1 - saturation * (1 - rest)));
  const [largest, smallest, between] = PLACES[sixth % 6];
  out[at + largest] = v;
  out[at + smallest] = low;
  out[at + between] = sixth % 2 === 0 ? rising : falling;
}

/** In each sixth of the circle, which channel is the largest, which the smallest, and which changes. */
const PLACES = [
  [0, 2, 1],
  [1, 2, 0],
  [1, 0, 2],
  [2, 0, 1],
  [2, 1, 0],
  [0, 1, 2],
];
