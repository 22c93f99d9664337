// SPDX-License-Identifier: Apache-2.0
/**
 * The 8-bit floats ↔ float32. E4M3 and E5M2: Micikevicius et al. 2022 (arXiv 2209.05433); FNUZ: Noune et al. 2022
 * (arXiv 2206.02915); E8M0: OCP Microscaling Formats 1.0. Rounding is to nearest, ties to even; beyond the range each does as in torch 2.13.
 */

interface Float8Format {
  mantissaBits: number;
  bias: number;
  /** The code of the largest finite value. */
  largest: number;
  /** What a positive value beyond the largest becomes: infinity; where there is none, NaN or the largest itself. */
  overflow: number;
  nan: number;
  /** FNUZ: no negative zero; its code is the only NaN. */
  unsignedZero: boolean;
}

export const FLOAT8_FORMATS = {
  F8_E4M3: { mantissaBits: 3, bias: 7, largest: 0x7e, overflow: 0x7e, nan: 0x7f, unsignedZero: false },
  F8_E5M2: { mantissaBits: 2, bias: 15, largest: 0x7b, overflow: 0x7c, nan: 0x7f, unsignedZero: false },
  F8_E4M3FNUZ: { mantissaBits: 3, bias: 8, largest: 0x7f, overflow: 0x80, nan: 0x80, unsignedZero: true },
  F8_E5M2FNUZ: { mantissaBits: 2, bias: 16, largest: 0x7f, overflow: 0x80, nan: 0x80, unsignedZero: true },
} satisfies Record<string, Float8Format>;

export type Float8 = keyof typeof FLOAT8_FORMATS | 'F8_E8M0';

const tables = new Map<Float8, Float32Array>();

/** @param floats as float16ToFloat32's */
export function float8ToFloat32(
  codes: Uint8Array,
  dtype: Float8,
  floats: Float32Array = new Float32Array(codes.length),
): Float32Array {
  let table = tables.get(dtype);
  if (!table) {
    const decode =
      dtype === 'F8_E8M0' ? decodeE8M0 : (code: number) => decodeFloat8(code, FLOAT8_FORMATS[dtype]);
    table = Float32Array.from({ length: 256 }, (_, code) => decode(code));
    tables.set(dtype, table);
  }
  for (let i = 0; i < codes.length; i++) floats[i] = table[codes[i]];
  return floats;
}

/** E8M0 has neither sign nor zero: it keeps the magnitude's power of two. */
export function float32ToFloat8(floats: Float32Array, dtype: Float8): Uint8Array {
  const codes = new Uint8Array(floats.length);
  if (dtype === 'F8_E8M0') {
    const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
    for (let i = 0; i < bits.length; i++) codes[i] = encodeE8M0(bits[i]);
  } else {
    const format = FLOAT8_FORMATS[dtype];
    for (let i = 0; i < floats.length; i++) codes[i] = encodeFloat8(floats[i], format);
  }
  return codes;
}

function decodeFloat8(code: number, format: Float8Format): number {
  const { mantissaBits, bias, largest, overflow, nan, unsignedZero } = format;
  const sign = code & 0x80 ? -1 : 1;
  const magnitude = code & 0x7f;
  if (unsignedZero && code === nan) return Number.NaN;
  if (magnitude > largest) return magnitude === overflow && overflow !== nan ? sign * Infinity : Number.NaN;
  const exponent = magnitude >>> mantissaBits;
  const fraction = (magnitude & ((1 << mantissaBits) - 1)) / (1 << mantissaBits);
  return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
}

/** Codes of positive values grow with them, step by step: the code is the number of steps from zero. */
function encodeFloat8(value: number, format: Float8Format): number {
  const { mantissaBits, bias, largest, overflow, nan, unsignedZero } = format;
  const sign = value < 0 || Object.is(value, -0) ? 0x80 : 0;
  if (Number.isNaN(value)) return nan;
  const magnitude = Math.abs(value);
  const exponent = Math.max(magnitude === 0 ? 1 - bias : floorLog2(magnitude), 1 - bias);
  const steps = roundHalfEven(magnitude / 2 ** (exponent - mantissaBits));
  const code = steps + ((exponent - 1 + bias) << mantissaBits);
  if (code > largest || magnitude === Infinity) return unsignedZero ? overflow : sign | overflow;
  return code === 0 && unsignedZero ? 0 : sign | code;
}

function decodeE8M0(code: number): number {
  return code === 0xff ? Number.NaN : 2 ** (code - 127);
}

/** As torch: the float's exponent, rounded by its mantissa; a tie goes up unless the float is subnormal. */
function encodeE8M0(bits: number): number {
  const exponent = (bits >>> 23) & 0xff;
  const mantissa = bits & 0x7fffff;
  if (exponent === 0xff) return 0xff;
  return mantissa > 0x400000 || (mantissa === 0x400000 && exponent > 0) ? exponent + 1 : exponent;
}

function floorLog2(value: number): number {
  const estimate = Math.floor(Math.log2(value));
  // Math.log2 may round up to the next integer just below a power of two.
  return 2 ** estimate > value ? estimate - 1 : estimate;
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
