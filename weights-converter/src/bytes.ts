// SPDX-License-Identifier: Apache-2.0
/** From the bytes of a file to numbers: what all formats share. */
import {
  type ByteSource,
  DTYPES,
  type DType,
  readInto,
  type TypedArray,
  toFloat32,
} from '@tfjs-clip/safetensors';
import type { RawTensor } from './checkpoint.js';
import { BrokenCheckpointError } from './errors.js';

/** `length` bytes that must be in the file. */
export async function readExactly(source: ByteSource, offset: number, length: number): Promise<Uint8Array> {
  checkWithin(source, offset, length);
  return source.read(offset, length);
}

/** Fills `target` with bytes that must be in the file. */
export async function readExactlyInto(source: ByteSource, offset: number, target: Uint8Array): Promise<void> {
  checkWithin(source, offset, target.length);
  await readInto(source, offset, target);
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
  /** Fills `target` with bytes of the tensor's own data, which lie in row-major order, from `offset` on. */
  readInto(offset: number, target: Uint8Array): Promise<void>;
}

/** A tensor whose bytes lie one after another, so that a part can be read alone. */
export function storedTensor(stored: Stored): RawTensor {
  const { name, dtype, shape } = stored;
  return {
    name,
    dtype,
    shape,
    byteLength: elementCount(shape)! * bytesPerElement(dtype),
    read: (target, begin) => readNumbers(stored, target, begin),
  };
}

/** Little-endian numbers; those of at most four bytes are read to the end of where they go, and widened there. */
async function readNumbers({ name, dtype, readInto }: Stored, target: Float32Array, begin: number) {
  const width = bytesPerElement(dtype);
  const length = target.length * width;
  const bytes =
    width > 4
      ? new Uint8Array(length)
      : new Uint8Array(target.buffer, target.byteOffset + target.byteLength - length, length);
  await readInto(begin * width, bytes);
  if (dtype !== 'F32') toFloat32(dtype, viewOf(dtype, bytes), `tensor '${name}'`, target);
}

/** Bytes that are aligned to the type as numbers of it. */
function viewOf(dtype: DType, { buffer, byteOffset, byteLength }: Uint8Array): TypedArray {
  const array: new (buffer: ArrayBufferLike, offset: number, length: number) => TypedArray =
    DTYPES[dtype].array;
  return new array(buffer, byteOffset, byteLength / DTYPES[dtype].array.BYTES_PER_ELEMENT);
}
