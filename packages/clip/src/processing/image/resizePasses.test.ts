// SPDX-License-Identifier: Apache-2.0
/** WebAssembly against the scalar form of the same passes; that both are Pillow's is clipImageProcessor.parity.test.ts's to show. */
import { noise } from '../../../../../test/harness/noise.js';
import { cut, type PicturePart } from './centerCrop.js';
import { pillowResize } from './pillowResize.js';
import type { PixelImage } from './rawImage.js';
import { FILTERS, RESAMPLING, type ResamplingName } from './resampling.js';
import { resizeScalar } from './resizePasses.js';
import { resizeSimd } from './resizeSimd.js';
import { toFixedPoint, weightsFor, weightsOfPart } from './resizeWeights.js';
import { torchvisionResize } from './torchvisionResize.js';

const picture = (width: number, height: number, channels: number) => ({
  data: noise(width * height * channels),
  width,
  height,
  channels,
});
/** Compared as text, which is quick; jest looks at bytes one by one. */
const asText = ({ data, ...image }: PixelImage) => ({
  ...image,
  data: Buffer.from(data.buffer).toString('hex'),
});

const sizes = [
  [1, 1, 1, 1],
  [1, 7, 5, 3],
  [5, 1, 1, 9],
  [13, 11, 13, 4],
  [13, 11, 6, 11],
  [64, 48, 17, 23],
  [37, 21, 124, 50],
  [151, 103, 31, 7],
  [640, 7, 5, 1],
  [9, 300, 3, 6],
] as const;

it.each(sizes)('%i × %i to %i × %i, to the byte', (width, height, outWidth, outHeight) => {
  for (const channels of [1, 2, 3, 4]) {
    const image = picture(width, height, channels);
    for (const filter of Object.values(FILTERS)) {
      for (const bits of [22, 14]) {
        const columns = toFixedPoint(weightsFor(width, outWidth, filter), bits);
        const rows = toFixedPoint(weightsFor(height, outHeight, filter), bits);
        expect(asText(resizeSimd(image, columns, rows)!)).toEqual(asText(resizeScalar(image, columns, rows)));
      }
    }
  }
});

it('sums that leave 32 bits wrap around alike', () => {
  const image = { data: new Uint8Array(40 * 30).fill(255), width: 40, height: 30, channels: 1 };
  const large = (inSize: number, outSize: number) => {
    const weights = weightsFor(inSize, outSize, FILTERS.bilinear);
    return toFixedPoint({ ...weights, values: weights.values.map((weight) => weight * 7 - 0.3) }, 22);
  };
  const [columns, rows] = [large(40, 9), large(30, 4)];
  expect(resizeSimd(image, columns, rows)).toEqual(resizeScalar(image, columns, rows));
});

describe('a part is what the whole has there', () => {
  const part: PicturePart = { left: 7, top: 3, width: 11, height: 9 };
  const shapes: [number, number, number, number][] = [
    [120, 80, 31, 20], // smaller
    [20, 15, 50, 40], // larger
    [31, 20, 31, 20], // as large
    [31, 90, 31, 20], // of one direction only
    [3, 420, 20, 21], // so tall that Pillow turns the passes around
  ];
  const names = Object.keys(RESAMPLING) as ResamplingName[];
  const cases = names.flatMap((name) =>
    shapes.map((shape): [ResamplingName, ...typeof shape] => [name, ...shape]),
  );

  it.each(cases)('Pillow, %s, %i × %i to %i × %i', (name, width, height, outWidth, outHeight) => {
    for (const channels of [1, 2, 3, 4]) {
      const image = picture(width, height, channels);
      const whole = pillowResize(image, outWidth, outHeight, name);
      expect(asText(pillowResize(image, outWidth, outHeight, name, part))).toEqual(asText(cut(whole, part)));
    }
  });

  it.each(cases.filter(([name]) => name !== 'box' && name !== 'hamming'))(
    'torch, %s, %i × %i to %i × %i',
    (name, width, height, outWidth, outHeight) => {
      const bytes = picture(width, height, 3);
      const floats = { ...bytes, data: Float32Array.from(bytes.data, (level) => level / 255) };
      for (const image of [bytes, floats]) {
        const whole = torchvisionResize(image, outWidth, outHeight, name);
        const resized = torchvisionResize(image, outWidth, outHeight, name, part);
        expect(asText(resized)).toEqual(asText(cut(whole, part)));
      }
    },
  );
});

it('a picture after one that needed much memory', () => {
  const wide = { data: new Uint8Array(200_000 * 40).fill(9), width: 200_000, height: 40, channels: 1 };
  const narrow = pillowResize(wide, 300_000, 1, 'box');
  expect([narrow.data.length, narrow.data.every((level) => level === 9)]).toEqual([300_000, true]);
  const small = picture(30, 20, 3);
  const columns = toFixedPoint(weightsOfPart(weightsFor(30, 12, FILTERS.lanczos), 2, 8), 22);
  const rows = toFixedPoint(weightsFor(20, 9, FILTERS.lanczos), 22);
  expect(resizeSimd(small, columns, rows)).toEqual(resizeScalar(small, columns, rows));
});

it('where no WebAssembly is allowed the bytes are the same', () => {
  const image = picture(61, 47, 4);
  const given = globalThis.WebAssembly;
  let resized: unknown;
  jest.isolateModules(() => {
    Reflect.deleteProperty(globalThis, 'WebAssembly');
    try {
      expect(require('./resizeSimd.js').resizeSimd(image, ...weights())).toBeNull();
      resized = require('./pillowResize.js').pillowResize(image, 20, 30, 'bicubic');
    } finally {
      globalThis.WebAssembly = given;
    }
  });
  expect(resized).toEqual(pillowResize(image, 20, 30, 'bicubic'));
});

function weights() {
  const of = (inSize: number, outSize: number) => toFixedPoint(weightsFor(inSize, outSize, FILTERS.box), 22);
  return [of(61, 20), of(47, 30)] as const;
}
