// SPDX-License-Identifier: Apache-2.0
import type { RawImage } from './rawImage.js';
import { cmykToRgb, composeOnto, hasTransparency, toRgb } from './toRgb.js';

const greyAlpha: RawImage = { data: Uint8Array.of(10, 255, 20, 0), width: 2, height: 1, channels: 2 };
const rgba: RawImage = {
  data: Uint8Array.of(1, 2, 3, 255, 200, 100, 50, 128),
  width: 2,
  height: 1,
  channels: 4,
};

it('repeats grey and drops alpha', () => {
  expect([...toRgb(greyAlpha).data]).toEqual([10, 10, 10, 20, 20, 20]);
  expect([...toRgb(rgba).data]).toEqual([1, 2, 3, 200, 100, 50]);
});

// Pillow: Image.new('RGB', size, colour).paste(picture, mask=alpha)
it('mixes with the background by alpha', () => {
  expect([...composeOnto(greyAlpha, [7, 8, 9]).data]).toEqual([10, 10, 10, 7, 8, 9]);
  expect([...composeOnto(rgba, [0, 0, 255]).data]).toEqual([1, 2, 3, 100, 50, 152]);
});

it('sees transparency where there is some', () => {
  expect([greyAlpha, rgba, toRgb(rgba)].map(hasTransparency)).toEqual([true, true, false]);
  expect(hasTransparency({ ...rgba, data: Uint8Array.of(1, 2, 3, 255, 4, 5, 6, 255) })).toBe(false);
});

// Pillow: Image.frombytes('CMYK', …).convert('RGB')
it('takes inks from light', () => {
  expect([...cmykToRgb(Uint8Array.of(0, 128, 255, 0, 10, 20, 30, 200), 2, 1).data]).toEqual([
    255, 127, 0, 53, 51, 49,
  ]);
});
