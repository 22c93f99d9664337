// SPDX-License-Identifier: Apache-2.0
/**
 * Writing, laid out as the reference does it: the header padded with spaces to 8 bytes, tensors sorted by decreasing alignment
 * and then by name, so that each begins at a multiple of its element size.
 */
import { replaceFile } from '#file';
import { byteLengthOf, DTYPE_NAMES, DTYPES, type DType, describeShape, isDType } from './dtypes.js';
import { SafetensorsError } from './errors.js';
import { LARGEST_HEADER, LENGTH_BYTES } from './header.js';

export interface WritableTensor {
  name: string;
  dtype: DType;
  shape: readonly number[];
  /**
   * The raw values: bytes (Uint8Array), or the typed array of the dtype; a function is called when its turn comes, so that one
   * tensor is held at a time. castFloat32 makes F16, BF16 and F8 values of a Float32Array.
   */
  data: ArrayBufferView | (() => Promise<ArrayBufferView>);
}

interface Plan {
  header: Uint8Array;
  tensors: { tensor: WritableTensor; byteLength: number }[];
  byteLength: number;
}

/**
 * The file as a stream of chunks: the header, then one a tensor.
 * @throws SafetensorsError at once for wrong names, dtypes, shapes or metadata; on the way INVALID_DATA for a lazy tensor.
 */
export function writeSafetensors(
  tensors: Iterable<WritableTensor>,
  metadata?: Readonly<Record<string, string>>,
): AsyncGenerator<Uint8Array, void, undefined> {
  return chunks(plan(tensors, metadata));
}

/** The whole file in memory. */
export async function toSafetensorsBytes(
  tensors: Iterable<WritableTensor>,
  metadata?: Readonly<Record<string, string>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const planned = plan(tensors, metadata);
  const bytes = new Uint8Array(planned.byteLength);
  let offset = 0;
  for await (const chunk of chunks(planned)) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/**
 * Node: writes a temporary file in the same folder and renames it when it is complete. If anything fails, the temporary file is
 * removed, and a file that was at `path` is as it was.
 * @throws SafetensorsError WRITE_FAILED, and what writeSafetensors throws.
 */
export async function saveSafetensors(
  path: string,
  tensors: Iterable<WritableTensor>,
  metadata?: Readonly<Record<string, string>>,
): Promise<void> {
  await replaceFile(path, writeSafetensors(tensors, metadata));
}

async function* chunks({ header, tensors }: Plan): AsyncGenerator<Uint8Array, void, undefined> {
  yield header;
  for (const { tensor, byteLength } of tensors) {
    const data = typeof tensor.data === 'function' ? await tensor.data() : tensor.data;
    checkData(tensor, data, byteLength);
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
}

function plan(tensors: Iterable<WritableTensor>, metadata?: Readonly<Record<string, string>>): Plan {
  const planned = [...tensors].map((tensor) => ({ tensor, byteLength: checkTensor(tensor) }));
  planned.sort((a, b) => inFileOrder(a.tensor, b.tensor));
  const members: string[] = [];
  if (metadata) members.push(`"__metadata__":${metadataJson(metadata)}`);
  let offset = 0;
  const seen = new Set<string>();
  for (const { tensor, byteLength } of planned) {
    if (seen.has(tensor.name)) {
      throw new SafetensorsError(
        'INVALID_TENSOR_NAME',
        `Two tensors are named '${tensor.name}'; names are unique.`,
      );
    }
    seen.add(tensor.name);
    const entry = { dtype: tensor.dtype, shape: tensor.shape, data_offsets: [offset, offset + byteLength] };
    members.push(`${JSON.stringify(tensor.name)}:${JSON.stringify(entry)}`);
    offset += byteLength;
  }
  const header = frameHeader(`{${members.join(',')}}`);
  return { header, tensors: planned, byteLength: header.length + offset };
}

/** Length, JSON and padding. */
function frameHeader(json: string): Uint8Array {
  const bytes = new TextEncoder().encode(json);
  const padded = Math.ceil(bytes.length / LENGTH_BYTES) * LENGTH_BYTES;
  if (padded > LARGEST_HEADER) {
    throw new SafetensorsError(
      'HEADER_TOO_LARGE',
      `The header would have ${padded} bytes; at most ${LARGEST_HEADER} are allowed: write fewer tensors or less metadata.`,
    );
  }
  const header = new Uint8Array(LENGTH_BYTES + padded).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(padded), true);
  header.set(bytes, LENGTH_BYTES);
  return header;
}

/** Byte length of the tensor, after every check that needs no data. */
function checkTensor({ name, dtype, shape, data }: WritableTensor): number {
  if (name === '__metadata__' || !isWellFormed(name)) {
    throw new SafetensorsError(
      'INVALID_TENSOR_NAME',
      `A tensor cannot be named ${JSON.stringify(name)}: ${name === '__metadata__' ? 'that key is the metadata' : 'it is not valid Unicode'}.`,
    );
  }
  const subject = `Tensor '${name}'`;
  if (!isDType(dtype)) {
    throw new SafetensorsError(
      'UNKNOWN_DTYPE',
      `${subject} has the dtype '${dtype}'; the format has ${DTYPE_NAMES.join(', ')}.`,
    );
  }
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw new SafetensorsError(
      'INVALID_SHAPE',
      `${subject} has shape [${describeShape(shape)}]; only integers from 0 on belong there.`,
    );
  }
  const byteLength = byteLengthOf(dtype, shape, subject);
  if (typeof data !== 'function') checkData({ name, dtype, shape, data }, data, byteLength);
  return byteLength;
}

function checkData({ name, dtype, shape }: WritableTensor, data: ArrayBufferView, byteLength: number): void {
  const wanted = DTYPES[dtype].array.name;
  const given = data.constructor.name;
  // Node's Buffer is a Uint8Array; so are raw bytes of any dtype.
  if (!(data instanceof Uint8Array) && given !== wanted) {
    throw new SafetensorsError(
      'INVALID_DATA',
      `Tensor '${name}' of ${dtype} was given a ${given}; pass its bytes as Uint8Array or its raw values as ${wanted} (castFloat32 makes them of float32).`,
    );
  }
  if (data.byteLength !== byteLength) {
    throw new SafetensorsError(
      'INVALID_DATA',
      `Tensor '${name}' of ${dtype} and shape [${describeShape(shape)}] needs ${byteLength} bytes; ${data.byteLength} were given.`,
    );
  }
}

function metadataJson(metadata: Readonly<Record<string, string>>): string {
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value === 'string' && isWellFormed(key) && isWellFormed(value)) continue;
    throw new SafetensorsError(
      'INVALID_METADATA',
      `Metadata maps strings to strings of valid Unicode; that of '${key}' is not one.`,
    );
  }
  return JSON.stringify(metadata);
}

function inFileOrder(a: WritableTensor, b: WritableTensor): number {
  return DTYPE_NAMES.indexOf(b.dtype) - DTYPE_NAMES.indexOf(a.dtype) || compareCodePoints(a.name, b.name);
}

/** The order of the names' UTF-8 bytes; JavaScript's own puts surrogates before U+E000–FFFF. */
function compareCodePoints(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = left[i].codePointAt(0)! - right[i].codePointAt(0)!;
    if (difference) return difference;
  }
  return left.length - right.length;
}

function isWellFormed(text: unknown): text is string {
  return typeof text === 'string' && !/\p{Surrogate}/u.test(text);
}
