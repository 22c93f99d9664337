// SPDX-License-Identifier: Apache-2.0
/** Conversions against torch's, value by value; float16.test.ts holds the exhaustive ones. */
import path from 'node:path';
import { refusal } from '../testing/rawFile.js';
import { DTYPES, type DType } from './dtypes.js';
import { openSource } from './openSource.js';
import { SafetensorsReader } from './reader.js';
import { castFloat32, type FloatDType, toFloat32 } from './toFloat32.js';

const FIXTURE = path.resolve(__dirname, '../../../test/fixtures/safetensors/conversions.safetensors');
const EIGHT_BIT: FloatDType[] = ['F8_E4M3', 'F8_E5M2', 'F8_E4M3FNUZ', 'F8_E5M2FNUZ', 'F8_E8M0'];

let reader: SafetensorsReader;
beforeAll(async () => {
  reader = await SafetensorsReader.open(await openSource(FIXTURE));
});
afterAll(() => reader.close());

it.each(['F16', 'BF16', ...EIGHT_BIT, 'F64', 'I64', 'I16', 'BOOL'] as DType[])(
  '%s becomes the float32 that torch makes of it',
  async (dtype) => {
    const expected = await reader.float32(`${dtype}.float32`);
    // toEqual tells 0 from -0 and takes every NaN for the same.
    expect(await reader.float32(`${dtype}.codes`)).toEqual(expected);
  },
);

it.each(['F16', 'BF16', ...EIGHT_BIT] as FloatDType[])(
  'float32 becomes the %s that torch makes of it',
  async (dtype) => {
    const source = await reader.float32('source');
    const expected = await reader.data(`source.${dtype}`);
    const cast = castFloat32(source, dtype);
    expect(cast.constructor).toBe(expected.constructor);
    expect(toFloat32(dtype, cast)).toEqual(toFloat32(dtype, expected));
  },
);

it('float32 passes through without a copy', () => {
  const values = Float32Array.of(1, 2);
  expect(toFloat32('F32', values)).toBe(values);
  expect(castFloat32(values, 'F32')).toBe(values);
});

it.each(['F16', 'BF16', ...EIGHT_BIT, 'I16', 'I32', 'BOOL'] as DType[])(
  '%s that lies at the end of where it goes is widened there',
  (dtype) => {
    const { array, bits } = DTYPES[dtype];
    const bytes = Uint8Array.from({ length: 1003 * (bits / 8) }, (_, i) => (i * 37) % 251);
    const expected = toFloat32(dtype, new array(bytes.slice().buffer));
    const target = new Float32Array(1003 + 2).subarray(1, 1004);
    const offset = target.byteOffset + target.byteLength - bytes.length;
    new Uint8Array(target.buffer, offset, bytes.length).set(bytes);
    expect(toFloat32(dtype, new array(target.buffer, offset, 1003), 'It', target)).toBe(target);
    expect(target).toEqual(expected);
    expect([...new Float32Array(target.buffer).subarray(0, 1)]).toEqual([0]);
  },
);

it('64-bit integers are rounded once, not by way of float64', () => {
  // 2^60 + 2^36 lies between two float32; one more makes the upper one nearer, and float64 cannot see the one.
  const tie = 2n ** 60n + 2n ** 36n;
  const values = BigUint64Array.of(tie, tie + 1n, 2n ** 64n - 1n, 2n ** 24n + 1n);
  expect(toFloat32('U64', values)).toEqual(Float32Array.of(2 ** 60, 2 ** 60 + 2 ** 37, 2 ** 64, 2 ** 24));
  expect(toFloat32('I64', BigInt64Array.of(-tie, -tie - 1n))).toEqual(
    Float32Array.of(-(2 ** 60), -(2 ** 60) - 2 ** 37),
  );
});

it('what cannot be float32 is refused by name', async () => {
  const error = await refusal(() => toFloat32('F6_E2M3', new Uint8Array(3), "Tensor 'q'"));
  expect(error.code).toBe('NOT_CONVERTIBLE');
  expect(error.message).toMatch(/^Tensor 'q' is F6_E2M3, which float32 cannot hold: the format does not say/);
});
