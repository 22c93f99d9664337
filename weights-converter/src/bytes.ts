// SPDX-License-Identifier: Apache-2.0
/** From the bytes of a file to numbers: what all formats share. */
import { type ByteSource, DTYPES, type DType, type TypedArray, toFloat32 } from '@tfjs-clip/safetensors';
import type { ElementRange, RawTensor } from './checkpoint.js';
import { BrokenCheckpointError } from './errors.js';

/** `length` bytes that must be in the file. */
export async function readExactly(source: ByteSource, offset: number, length: number): Promise<Uint8Array> {
  checkWithin(source, offset, length);
  return source.read(offset, length);
}

export function checkWithin(source: ByteSource, offset: number, length: number): void {
  const valid = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (valid && offset + length <= source.size) return;
  throw new BrokenCheckpointError(
    source.name,
    `something of ${length} bytes is said to be at byte ${offset}, but the file has ${source.size}`,
  );
}

/** Small reads close together, served from a window of the file: for formats whose structure lies between the data. */
export class WindowedSource {
  private window = new Uint8Array(0);
  private start = 0;

  constructor(
    readonly source: ByteSource,
    private readonly windowSize: number,
  ) {}

  async view(offset: number, length: number): Promise<DataView> {
    checkWithin(this.source, offset, length);
    const within = offset >= this.start && offset + length <= this.start + this.window.length;
    if (!within) {
      const wanted = Math.min(Math.max(length, this.windowSize), this.source.size - offset);
      this.window = new Uint8Array(await this.source.read(offset, wanted));
      this.start = offset;
    }
    return new DataView(this.window.buffer, this.window.byteOffset + offset - this.start, length);
  }

  async bytes(offset: number, length: number): Promise<Uint8Array> {
    const { buffer, byteOffset } = await this.view(offset, length);
    return new Uint8Array(buffer, byteOffset, length);
  }
}

/** Elements of a shape; null where the product passes 2^53, so that a size that lies is never computed with. */
export function elementCount(shape: readonly number[]): number | null {
  let count = 1;
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) return null;
    count *= size;
    if (count > Number.MAX_SAFE_INTEGER) return null;
  }
  return count;
}

export function bytesPerElement(dtype: DType): number {
  return DTYPES[dtype].bits / 8;
}

export interface Stored {
  name: string;
  dtype: DType;
  shape: number[];
  /** Bytes of the tensor's own data, which lie in row-major order. */
  bytes(offset: number, length: number): Promise<Uint8Array>;
}

/** A tensor whose bytes lie one after another, so that a part can be read alone. */
export function storedTensor({ name, dtype, shape, bytes }: Stored): RawTensor {
  const width = bytesPerElement(dtype);
  const count = elementCount(shape)!;
  return {
    name,
    dtype,
    shape,
    byteLength: count * width,
    read: async ({ begin, end }: ElementRange = { begin: 0, end: count }) =>
      toNumbers(dtype, await bytes(begin * width, (end - begin) * width), name),
  };
}

/** Little-endian bytes as float32, without a copy where type and alignment allow. */
export function toNumbers(dtype: DType, bytes: Uint8Array, name: string): Float32Array {
  const array: new (buffer: ArrayBufferLike, offset: number, length: number) => TypedArray =
    DTYPES[dtype].array;
  const width = DTYPES[dtype].array.BYTES_PER_ELEMENT;
  const aligned = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
  const values = new array(aligned.buffer, aligned.byteOffset, aligned.byteLength / width);
  return toFloat32(dtype, values, `tensor '${name}'`);
}
