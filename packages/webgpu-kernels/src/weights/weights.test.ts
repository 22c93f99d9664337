// SPDX-License-Identifier: Apache-2.0
import { castFloat32 } from '@tfjs-clip/safetensors';
import { noise } from '../../../../test/harness/noise.js';
import { packHalf } from './packHalf.js';
import { packInt8 } from './packInt8.js';

/** Every exponent, with significands on, beside and between what a half can hold. */
function everyMagnitude(): Float32Array {
  const bits = new Uint32Array(256 * 64 * 2);
  const low = [0, 1, 0xfff, 0x1000, 0x1001, 0x1fff, 0x2000, 0x3000];
  for (let i = 0; i < bits.length; i++) {
    const [exponent, rest] = [i >>> 7, i & 127];
    bits[i] = ((i & 1) << 31) | (exponent << 23) | ((rest >>> 4) << 20) | low[(rest >>> 1) & 7];
  }
  return new Float32Array(bits.buffer);
}

it('halves are those of safetensors, rounded to even, with subnormals, infinities and NaN', () => {
  const values = everyMagnitude();
  const expected = castFloat32(values, 'F16') as Uint16Array;
  const actual = new Uint16Array(packHalf(values, values.length / 4, 4).buffer);
  const isNaNOf = (half: number) => (half & 0x7fff) > 0x7c00;
  for (const [i, half] of actual.entries()) {
    if (Number.isNaN(values[i])) expect(isNaNOf(half)).toBe(true);
    else if (half !== expected[i]) expect([values[i], half]).toEqual([values[i], expected[i]]);
  }
});

it('rows are filled up to a multiple of four', () => {
  const halves = new Uint16Array(packHalf(Float32Array.of(1, 2, 3, 4, 5, 6), 2, 3).buffer);
  expect([...halves]).toEqual([0x3c00, 0x4000, 0x4200, 0, 0x4400, 0x4500, 0x4600, 0]);
  const packed = packInt8(Float32Array.of(1, 0, -4, -2, 0, 1), 2, 3);
  expect([...new Int8Array(packed.buffer, 0, 8)]).toEqual([64, 0, -127, 0, -127, 0, 32, 0]);
  expect([...new Float32Array(packed.buffer, 8)]).toEqual([2, 0, 4, 0]);
});

it('bytes are off by no more than half a step of their column', () => {
  const [rows, columns] = [50, 12];
  const values = Float32Array.from(
    noise(rows * columns),
    (byte, i) => ((byte - 128) / 300) * (1 + (i % columns)),
  );
  const packed = packInt8(values, rows, columns);
  const bytes = new Int8Array(packed.buffer, 0, rows * columns);
  const largest = new Float32Array(packed.buffer, rows * columns);
  for (const [i, value] of values.entries()) {
    const scale = largest[i % columns];
    expect(Math.abs((bytes[i] / 127) * scale - value)).toBeLessThanOrEqual(scale / 254 + 1e-7);
  }
});
