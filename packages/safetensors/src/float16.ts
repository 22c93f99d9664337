// SPDX-License-Identifier: Apache-2.0
/**
 * Half (IEEE 754 binary16) and bfloat16 ↔ float32, bit exact: subnormals, signed zeros, infinities and NaN payloads.
 * To the smaller type rounds to nearest, ties to even, and beyond its range gives infinity, as torch and numpy do.
 */

let halfTable: Int32Array | undefined;
const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/** @param floats where to put them; they may lie over the halves so long as they begin no later and end no earlier */
export function float16ToFloat32(
  halves: Uint16Array,
  floats: Float32Array = new Float32Array(halves.length),
): Float32Array {
  halfTable ??= Int32Array.from({ length: 65536 }, (_, code) => halfBitsToFloatBits(code));
  const table = halfTable; // a variable of the module is looked up at every use
  const bits = new Int32Array(floats.buffer, floats.byteOffset, halves.length);
  // Four a step: what V8 checks at each takes longer than the look-up.
  const inFours = halves.length - (halves.length % 4);
  for (let i = 0; i < inFours; i += 4) {
    bits[i] = table[halves[i]];
    bits[i + 1] = table[halves[i + 1]];
    bits[i + 2] = table[halves[i + 2]];
    bits[i + 3] = table[halves[i + 3]];
  }
  for (let i = inFours; i < halves.length; i++) bits[i] = table[halves[i]];
  return floats;
}

export function float32ToFloat16(floats: Float32Array): Uint16Array {
  const bits = bitsOf(floats);
  const halves = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) halves[i] = floatBitsToHalfBits(bits[i]);
  return halves;
}

/** @param floats as float16ToFloat32's */
export function bfloat16ToFloat32(
  values: Uint16Array,
  floats: Float32Array = new Float32Array(values.length),
): Float32Array {
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, values.length);
  for (let i = 0; i < values.length; i++) bits[i] = values[i] << 16;
  return floats;
}

export function float32ToBfloat16(floats: Float32Array): Uint16Array {
  const bits = bitsOf(floats);
  const values = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    const x = bits[i];
    // Adding just under half of the last kept bit, plus that bit, carries exactly where rounding goes up.
    values[i] =
      (x & 0x7fffffff) > 0x7f800000 ? nanBits(x, 16, 0x7f80, 0x40) : (x + 0x7fff + ((x >>> 16) & 1)) >>> 16;
  }
  return values;
}

function halfBitsToFloatBits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (mantissa << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (mantissa << 13);
  scratch[0] = mantissa * 2 ** -24;
  return sign | scratchBits[0];
}

function floatBitsToHalfBits(x: number): number {
  const sign = (x >>> 16) & 0x8000;
  const magnitude = x & 0x7fffffff;
  if (magnitude > 0x7f800000) return nanBits(x, 13, 0x7c00, 0x200);
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // 65520 and above round to infinity
  if (magnitude >= 0x38800000) {
    return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  }
  // Below 2^-14: next to 0.5 the float32 grid has the spacing of half's subnormals, so the addition rounds.
  scratchBits[0] = magnitude;
  scratch[0] += 0.5;
  return sign | (scratchBits[0] - 0x3f000000);
}

/** A NaN keeps the payload bits that fit; if none is left of them, it becomes the quiet one rather than infinity. */
function nanBits(x: number, shift: number, infinity: number, quiet: number): number {
  const payload = (x & 0x7fffff) >>> shift;
  return ((x >>> 31) << 15) | infinity | (payload || quiet);
}

function bitsOf(floats: Float32Array): Uint32Array {
  return new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
}
