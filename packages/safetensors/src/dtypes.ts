// SPDX-License-Identifier: Apache-2.0
/**
 * The element types of the format: width, and the typed array that holds the raw values.
 * Listed as in the reference's enum, which is its order of increasing alignment; the writer sorts by it.
 */
import { SafetensorsError } from './errors.js';

/** F16, BF16 and all smaller floats have no typed array of their own: they come as their bits. C64 is (re, im) pairs. */
export const DTYPES = {
  BOOL: { bits: 8, array: Uint8Array },
  F4: { bits: 4, array: Uint8Array },
  F6_E2M3: { bits: 6, array: Uint8Array },
  F6_E3M2: { bits: 6, array: Uint8Array },
  U8: { bits: 8, array: Uint8Array },
  I8: { bits: 8, array: Int8Array },
  F8_E5M2: { bits: 8, array: Uint8Array },
  F8_E4M3: { bits: 8, array: Uint8Array },
  F8_E8M0: { bits: 8, array: Uint8Array },
  F8_E4M3FNUZ: { bits: 8, array: Uint8Array },
  F8_E5M2FNUZ: { bits: 8, array: Uint8Array },
  I16: { bits: 16, array: Int16Array },
  U16: { bits: 16, array: Uint16Array },
  F16: { bits: 16, array: Uint16Array },
  BF16: { bits: 16, array: Uint16Array },
  I32: { bits: 32, array: Int32Array },
  U32: { bits: 32, array: Uint32Array },
  F32: { bits: 32, array: Float32Array },
  C64: { bits: 64, array: Float32Array },
  F64: { bits: 64, array: Float64Array },
  I64: { bits: 64, array: BigInt64Array },
  U64: { bits: 64, array: BigUint64Array },
} as const;

export type DType = keyof typeof DTYPES;

export type TypedArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigUint64Array
  | BigInt64Array;

export const DTYPE_NAMES = Object.keys(DTYPES) as DType[];

export function isDType(name: string): name is DType {
  return Object.hasOwn(DTYPES, name);
}

/**
 * Bytes of a tensor of `dtype` and `shape`. `subject` begins the error's sentence.
 * @throws SafetensorsError SHAPE_OVERFLOW where a product passes 2^53, MISALIGNED_SIZE where it is no whole byte.
 */
export function byteLengthOf(dtype: DType, shape: readonly number[], subject: string): number {
  let bits: number = DTYPES[dtype].bits;
  // Left to right like the reference: [2^52, 2^52, 0] overflows before it reaches its zero.
  for (const size of shape) {
    bits *= size;
    if (bits > Number.MAX_SAFE_INTEGER) {
      throw new SafetensorsError(
        'SHAPE_OVERFLOW',
        `${subject} has shape [${describeShape(shape)}] of ${dtype}: its size passes 2^53 bits.`,
      );
    }
  }
  if (bits % 8 !== 0) {
    throw new SafetensorsError(
      'MISALIGNED_SIZE',
      `${subject} has shape [${describeShape(shape)}] of ${dtype}: ${bits} bits are not a whole number of bytes.`,
    );
  }
  return bits / 8;
}

/** "2, 3, 4"; a hostile shape of a million entries does not become a message of megabytes. */
export function describeShape(shape: readonly number[]): string {
  return shape.length > 12
    ? `${shape.slice(0, 12).join(', ')}, … (${shape.length} entries)`
    : shape.join(', ');
}

/** The bytes as the typed array of `dtype`, without a copy where their alignment allows. */
export function viewAs(dtype: DType, bytes: Uint8Array): TypedArray {
  const array: new (buffer: ArrayBufferLike, offset: number, length: number) => TypedArray =
    DTYPES[dtype].array;
  const width = DTYPES[dtype].array.BYTES_PER_ELEMENT;
  const aligned = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
  return new array(aligned.buffer, aligned.byteOffset, aligned.byteLength / width);
}
