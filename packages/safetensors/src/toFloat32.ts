// SPDX-License-Identifier: Apache-2.0
/** Between float32 and the stored types: every type that holds real numbers can be read as float32, the floats be written. */
import type { DType, TypedArray } from './dtypes.js';
import { SafetensorsError } from './errors.js';
import { type Float8, float8ToFloat32, float32ToFloat8 } from './float8.js';
import { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from './float16.js';

/**
 * `values`: the raw values as TensorReader.data gives them. F32 is returned as it is, not copied; F64 and integers are rounded
 * to the nearest float32; BOOL gives 0 and 1. `subject` begins the error's sentence.
 *
 * @param target where to put them instead of in an array of its own. Types of at most four bytes may lie at its end: they
 *   are widened in place
 * @throws SafetensorsError NOT_CONVERTIBLE for C64, which has two numbers an element, and for F4 and F6.
 */
export function toFloat32(
  dtype: DType,
  values: TypedArray,
  subject = 'The tensor',
  target?: Float32Array,
): Float32Array {
  const floats = convert(dtype, values, subject, target);
  if (target && floats !== target) target.set(floats);
  return target ?? floats;
}

/** In `target` if there is one and the type is a usual one, else in a new array. */
function convert(
  dtype: DType,
  values: TypedArray,
  subject: string,
  target: Float32Array | undefined,
): Float32Array {
  switch (dtype) {
    case 'F32':
      return values as Float32Array;
    case 'F16':
      return float16ToFloat32(values as Uint16Array, target);
    case 'BF16':
      return bfloat16ToFloat32(values as Uint16Array, target);
    case 'F8_E4M3':
    case 'F8_E5M2':
    case 'F8_E4M3FNUZ':
    case 'F8_E5M2FNUZ':
    case 'F8_E8M0':
      return float8ToFloat32(values as Uint8Array, dtype, target);
    case 'BOOL':
      return Float32Array.from(values as Uint8Array, (value) => (value ? 1 : 0));
    case 'I64':
    case 'U64':
      return Float32Array.from(values as BigInt64Array, bigIntToFloat32);
    case 'C64':
      throw notConvertible(dtype, subject, 'its elements are complex');
    case 'F4':
    case 'F6_E2M3':
    case 'F6_E3M2':
      throw notConvertible(dtype, subject, 'the format does not say how its elements are packed into bytes');
    default:
      return Float32Array.from(values as Float64Array);
  }
}

export type FloatDType = 'F32' | 'F16' | 'BF16' | Float8;

/** The raw values of `dtype` nearest to `floats`, ties to even. F32 is returned as it is. */
export function castFloat32(floats: Float32Array, dtype: FloatDType): TypedArray {
  if (dtype === 'F32') return floats;
  if (dtype === 'F16') return float32ToFloat16(floats);
  if (dtype === 'BF16') return float32ToBfloat16(floats);
  return float32ToFloat8(floats, dtype);
}

/** Through float64 a 64-bit integer would be rounded twice: its low bits are folded into one that only breaks ties. */
function bigIntToFloat32(value: bigint): number {
  if (BigInt.asIntN(54, value) === value) return Number(value);
  const sticky = value & 0xfffn ? 0x1000n : 0n;
  return Number(((value >> 12n) << 12n) | sticky);
}

function notConvertible(dtype: DType, subject: string, reason: string): SafetensorsError {
  return new SafetensorsError(
    'NOT_CONVERTIBLE',
    `${subject} is ${dtype}, which float32 cannot hold: ${reason}. Read it with bytes() or data().`,
  );
}
