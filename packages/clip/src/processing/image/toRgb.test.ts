// SPDX-License-Identifier: Apache-2.0
import { noise } from '../../../../../test/harness/noise.js';
import { fromRgba, type RawImage } from './rawImage.js';
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

it.each([0, 1])(
  'drops alpha of any number of pixels, wherever they lie in memory, and leaves them alone',
  (offset) => {
    for (const width of [1, 3, 4, 7, 8, 13]) {
      const data = noise(width * 4 + offset).subarray(offset);
      const given = [...data];
      const rgb = toRgb({ data, width, height: 1, channels: 4 });
      expect([...rgb.data]).toEqual(given.filter((_, i) => i % 4 < 3));
      expect([...data]).toEqual(given);
      expect([...fromRgba({ data, width, height: 1 }, 3).data]).toEqual([...rgb.data]);
    }
  },
);

it('takes of a decoder what the file has', () => {
  const rgbaBytes = () => ({
    data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
    width: 3,
    height: 1,
  });
  const channels = [1, 2, 3, 4] as const;
  expect(channels.map((count) => [...fromRgba(rgbaBytes(), count).data])).toEqual([
    [1, 5, 9],
    [1, 4, 5, 8, 9, 12],
    [1, 2, 3, 5, 6, 7, 9, 10, 11],
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  ]);
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
