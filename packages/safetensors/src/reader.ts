// SPDX-License-Identifier: Apache-2.0
/** One safetensors file: its header is read and checked at once, each tensor's data when asked for. */
import { type TypedArray, viewAs } from './dtypes.js';
import { SafetensorsError } from './errors.js';
import { type Header, headerLength, LENGTH_BYTES, parseHeader, type TensorInfo } from './header.js';
import type { ByteSource } from './source.js';
import { toFloat32 } from './toFloat32.js';

/** What one file and a sharded set have in common. */
export interface TensorReader {
  /** The string-to-string map that came along, such as `{ format: 'pt' }`; empty if there was none. */
  readonly metadata: Readonly<Record<string, string>>;
  /** In the order in which their data lie in the file, the fastest to read them in. */
  names(): string[];
  has(name: string): boolean;
  /** @throws SafetensorsError TENSOR_NOT_FOUND. */
  info(name: string): TensorInfo;
  /** The raw little-endian data. */
  bytes(name: string): Promise<Uint8Array>;
  /** The raw values in the typed array of their dtype (see DTYPES): bits for F16, BF16 and smaller, bigint for I64. */
  data(name: string): Promise<TypedArray>;
  /** The values as numbers, rounded to float32. @throws SafetensorsError NOT_CONVERTIBLE for C64, F4 and F6. */
  float32(name: string): Promise<Float32Array>;
  /** Closes the source. */
  close(): Promise<void>;
}

export class SafetensorsReader implements TensorReader {
  readonly metadata: Readonly<Record<string, string>>;

  private constructor(
    private readonly source: ByteSource,
    private readonly header: Header,
  ) {
    this.metadata = header.metadata;
  }

  /**
   * Takes the source over: `close` closes it, and so does a failure to open.
   * @throws SafetensorsError with the code of the rule that the file breaks.
   */
  static async open(source: ByteSource): Promise<SafetensorsReader> {
    try {
      return new SafetensorsReader(source, await readHeader(source));
    } catch (error) {
      await source.close();
      throw error;
    }
  }

  names(): string[] {
    return [...this.header.tensors.keys()];
  }

  has(name: string): boolean {
    return this.header.tensors.has(name);
  }

  info(name: string): TensorInfo {
    const info = this.header.tensors.get(name);
    if (!info) throw new SafetensorsError('TENSOR_NOT_FOUND', `${this.source.name} has no tensor '${name}'.`);
    return { ...info, shape: [...info.shape] };
  }

  async bytes(name: string): Promise<Uint8Array> {
    const { byteOffset, byteLength } = this.info(name);
    return readExactly(this.source, byteOffset, byteLength);
  }

  async data(name: string): Promise<TypedArray> {
    return viewAs(this.info(name).dtype, await this.bytes(name));
  }

  async float32(name: string): Promise<Float32Array> {
    return toFloat32(this.info(name).dtype, await this.data(name), `${this.source.name}: tensor '${name}'`);
  }

  close(): Promise<void> {
    return this.source.close();
  }
}

/** Nothing is allocated for the header before its length is known to fit the file. */
async function readHeader(source: ByteSource): Promise<Header> {
  const { name, size } = source;
  if (size < LENGTH_BYTES) {
    throw new SafetensorsError(
      'HEADER_TOO_SMALL',
      `${name} has ${size} bytes; a safetensors file begins with ${LENGTH_BYTES} that give the header's length.`,
    );
  }
  const length = headerLength(await readExactly(source, 0, LENGTH_BYTES), size, name);
  return parseHeader(await readExactly(source, LENGTH_BYTES, length), size, name);
}

async function readExactly(source: ByteSource, offset: number, length: number): Promise<Uint8Array> {
  const bytes = await source.read(offset, length);
  if (bytes.length === length) return bytes;
  throw new SafetensorsError(
    'READ_FAILED',
    `${source.name} gave ${bytes.length} bytes where ${length} were asked for.`,
  );
}
