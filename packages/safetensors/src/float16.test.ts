// SPDX-License-Identifier: Apache-2.0
/** Every code of both types against the definition, and rounding at every border between neighbours. */
import { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from './float16.js';

interface Format {
  name: string;
  mantissaBits: number;
  bias: number;
  decode(codes: Uint16Array): Float32Array;
  encode(floats: Float32Array): Uint16Array;
}
const FORMATS: Format[] = [
  { name: 'float16', mantissaBits: 10, bias: 15, decode: float16ToFloat32, encode: float32ToFloat16 },
  { name: 'bfloat16', mantissaBits: 7, bias: 127, decode: bfloat16ToFloat32, encode: float32ToBfloat16 },
];
const ALL_CODES = Uint16Array.from({ length: 65536 }, (_, code) => code);

describe.each(FORMATS)('$name', ({ mantissaBits, bias, decode, encode }) => {
  const infinity = ((1 << (15 - mantissaBits)) - 1) << mantissaBits;
  const fractionMask = (1 << mantissaBits) - 1;

  /** IEEE 754 §3.4, in arithmetic instead of bits. */
  function ieeeValue(code: number): number {
    const sign = code & 0x8000 ? -1 : 1;
    const magnitude = code & 0x7fff;
    if (magnitude > infinity) return Number.NaN;
    if (magnitude === infinity) return sign * Number.POSITIVE_INFINITY;
    const exponent = magnitude >> mantissaBits;
    const fraction = (magnitude & fractionMask) / 2 ** mantissaBits;
    return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
  }

  it('every code has the value that IEEE 754 gives it', () => {
    const decoded = decode(ALL_CODES);
    const wrong = [...ALL_CODES].filter((code) => !Object.is(decoded[code], ieeeValue(code)));
    expect(wrong).toEqual([]);
  });

  it('a NaN keeps its sign and payload', () => {
    const bits = new Uint32Array(decode(ALL_CODES).buffer);
    const nans = [...ALL_CODES].filter((code) => (code & 0x7fff) > infinity);
    const wrong = nans.filter((code) => {
      const payload = (code & fractionMask) << (23 - mantissaBits);
      return bits[code] !== (((code & 0x8000) << 16) | 0x7f800000 | payload) >>> 0;
    });
    expect(nans.length).toBe(2 * fractionMask);
    expect(wrong).toEqual([]);
  });

  it.each([0, 1, 3, 4, 7])('%d codes decode as they do among many', (length) => {
    expect(decode(ALL_CODES.slice(500, 500 + length))).toEqual(decode(ALL_CODES).slice(500, 500 + length));
  });

  it('every code comes back from float32 as it was', () => {
    expect(encode(decode(ALL_CODES))).toEqual(ALL_CODES);
  });

  it('rounds to the nearest at every border between two codes, ties to the even one', () => {
    const codes = [...ALL_CODES.subarray(0, infinity)];
    const middle = (code: number) => {
      const above = code + 1 === infinity ? 2 ** (bias + 1) : ieeeValue(code + 1);
      return (ieeeValue(code) + above) / 2;
    };
    const border = Float32Array.from(codes, middle);
    // Every border is a float32, but for bfloat16's between its smallest subnormals float32 has few steps left: still exact.
    expect(codes.filter((code) => border[code] !== middle(code))).toEqual([]);
    const even = codes.map((code) => (code % 2 === 0 ? code : code + 1));
    expect([...encode(border)]).toEqual(even);
    expect([...encode(border.map((x) => -x))]).toEqual(even.map((code) => code | 0x8000));
    expect([...encode(stepped(border, -1))]).toEqual(codes);
    expect([...encode(stepped(border, 1))]).toEqual(codes.map((code) => code + 1));
  });

  it('a NaN whose payload does not fit stays a NaN', () => {
    const nan = new Float32Array(Uint32Array.of(0x7f800001, 0xff800001).buffer);
    const quiet = infinity | (1 << (mantissaBits - 1));
    expect([...encode(nan)]).toEqual([quiet, quiet | 0x8000]);
  });

  it('reads a part of a larger buffer', () => {
    expect([...decode(Uint16Array.of(0, infinity, 0).subarray(1, 2))]).toEqual([Number.POSITIVE_INFINITY]);
    expect([...encode(Float32Array.of(1, 0, 2).subarray(1, 2))]).toEqual([0]);
  });
});

/** The float32 next to each positive value. */
function stepped(values: Float32Array, direction: 1 | -1): Float32Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return new Float32Array(bits.map((x) => x + direction).buffer);
}
