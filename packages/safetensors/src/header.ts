// SPDX-License-Identifier: Apache-2.0
/** The header: from bytes to tensors' names, types, shapes and places, with every rule of FORMAT.md checked on the way. */
import { byteLengthOf, DTYPE_NAMES, type DType, describeShape, isDType } from './dtypes.js';
import { SafetensorsError, type SafetensorsErrorCode } from './errors.js';
import { JsonScanner } from './jsonScanner.js';

/** The reference's limit. */
export const LARGEST_HEADER = 100_000_000;
/** The header's length, an unsigned 64-bit integer, comes first. */
export const LENGTH_BYTES = 8;

export interface TensorInfo {
  name: string;
  dtype: DType;
  shape: number[];
  /** Where its data begins, counted from the start of the file. */
  byteOffset: number;
  byteLength: number;
}

export interface Header {
  /** `__metadata__`; an object without prototype, so a key such as "__proto__" is a key like any other. */
  metadata: Record<string, string>;
  /** In the order of their data. */
  tensors: Map<string, TensorInfo>;
}

interface Entry {
  dtype: DType;
  shape: number[];
  begin: number;
  end: number;
}

/** The header's length as `lengthBytes` give it, checked against the limit and against the file. */
export function headerLength(lengthBytes: Uint8Array, fileSize: number, file: string): number {
  const view = new DataView(lengthBytes.buffer, lengthBytes.byteOffset, LENGTH_BYTES);
  const length = view.getBigUint64(0, true);
  if (length > LARGEST_HEADER) {
    throw new SafetensorsError(
      'HEADER_TOO_LARGE',
      `${file}: the header is said to have ${length} bytes; at most ${LARGEST_HEADER} are allowed.`,
    );
  }
  if (Number(length) > fileSize - LENGTH_BYTES) {
    throw new SafetensorsError(
      'INVALID_HEADER_LENGTH',
      `${file}: the header is said to have ${length} bytes, but only ${fileSize - LENGTH_BYTES} follow: the file is truncated or no safetensors file.`,
    );
  }
  return Number(length);
}

/** @throws SafetensorsError for every rule of the format that the header breaks. */
export function parseHeader(bytes: Uint8Array, fileSize: number, file: string): Header {
  const subject = `${file}: the header`;
  const text = decodeUtf8(bytes, subject);
  if (text[0] !== '{') {
    throw new SafetensorsError('INVALID_HEADER_START', `${subject} does not begin with '{'.`);
  }
  const scanner = new JsonScanner(text, subject);
  const entries: [string, Entry][] = [];
  let metadata: Record<string, string> = Object.create(null);
  scanner.object((key) => {
    if (key === '__metadata__') metadata = readMetadata(scanner, subject);
    else entries.push([key, readEntry(scanner, tensorSubject(file, key))]);
  });
  scanner.end();
  entries.sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  const dataStart = LENGTH_BYTES + bytes.length;
  checkLayout(entries, fileSize - dataStart, file);
  const tensors = new Map<string, TensorInfo>();
  for (const [name, { dtype, shape, begin, end }] of entries) {
    tensors.set(name, { name, dtype, shape, byteOffset: dataStart + begin, byteLength: end - begin });
  }
  return { metadata, tensors };
}

/** Strict: no replacement characters; a byte order mark is a character like any other. */
export function decodeUtf8(bytes: Uint8Array, subject: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new SafetensorsError('INVALID_UTF8', `${subject} is not valid UTF-8.`, { cause });
  }
}

function readMetadata(scanner: JsonScanner, subject: string): Record<string, string> {
  const metadata: Record<string, string> = Object.create(null);
  const refuse = (found: string) => {
    throw new SafetensorsError(
      'INVALID_METADATA',
      `${subject}'s __metadata__ maps strings to strings; ${found}.`,
    );
  };
  const kind = scanner.kind();
  if (kind === 'literal' && scanner.literal() === 'null') return metadata;
  if (kind !== 'object') refuse('it is no object');
  scanner.object((key) => {
    if (scanner.kind() !== 'string') refuse(`the value of ${shown(key)} is no string`);
    metadata[key] = scanner.string();
  });
  return metadata;
}

/** One tensor's entry. Keys other than its three are skipped, as in the reference. */
function readEntry(scanner: JsonScanner, subject: string): Entry {
  let dtype: DType | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  if (scanner.kind() !== 'object') {
    throw new SafetensorsError('INVALID_TENSOR_ENTRY', `${subject} has an entry that is no object.`);
  }
  scanner.object((key) => {
    if (key === 'dtype') dtype = readDType(scanner, subject);
    else if (key === 'shape') shape = readIntegers(scanner, subject, 'shape', 'INVALID_SHAPE');
    else if (key === 'data_offsets') {
      offsets = readIntegers(scanner, subject, 'data_offsets', 'INVALID_OFFSETS');
    } else scanner.skip();
  });
  if (dtype === undefined || shape === undefined || offsets === undefined) {
    const absent = dtype === undefined ? 'dtype' : shape === undefined ? 'shape' : 'data_offsets';
    throw new SafetensorsError('INVALID_TENSOR_ENTRY', `${subject} has no ${absent}.`);
  }
  const [begin, end] = offsets;
  if (offsets.length !== 2 || end < begin) {
    throw new SafetensorsError(
      'INVALID_OFFSETS',
      `${subject} has data_offsets [${describeShape(offsets)}]; they are [begin, end] with begin ≤ end.`,
    );
  }
  const needed = byteLengthOf(dtype, shape, subject);
  if (end - begin !== needed) {
    throw new SafetensorsError(
      'SIZE_MISMATCH',
      `${subject} has shape [${describeShape(shape)}] of ${dtype}, which is ${needed} bytes, but its data_offsets [${begin}, ${end}] hold ${end - begin}.`,
    );
  }
  return { dtype, shape, begin, end };
}

function readDType(scanner: JsonScanner, subject: string): DType {
  const kind = scanner.kind();
  const dtype = kind === 'string' ? scanner.string() : '';
  if (isDType(dtype)) return dtype;
  throw new SafetensorsError(
    'UNKNOWN_DTYPE',
    `${subject} has the dtype ${kind === 'string' ? shown(dtype) : `of a JSON ${kind}`}; the format has ${DTYPE_NAMES.join(', ')}.`,
  );
}

/** Only plain digits: 2.0, 1e2 and -0 are refused, and so is what a double cannot hold exactly. */
function readIntegers(
  scanner: JsonScanner,
  subject: string,
  field: string,
  code: SafetensorsErrorCode,
): number[] {
  const integers: number[] = [];
  const refuse = (found: string) => {
    throw new SafetensorsError(
      code,
      `${subject} has ${found} in its ${field}; only integers from 0 on belong there.`,
    );
  };
  if (scanner.kind() !== 'array') {
    throw new SafetensorsError(code, `${subject} has a ${field} that is no list.`);
  }
  scanner.array(() => {
    const kind = scanner.kind();
    if (kind !== 'number') refuse(`a JSON ${kind}`);
    const digits = scanner.number();
    if (!/^[0-9]+$/.test(digits)) refuse(shown(digits));
    const value = Number(digits);
    if (!Number.isSafeInteger(value)) {
      const overflow = code === 'INVALID_SHAPE' ? 'SHAPE_OVERFLOW' : code;
      throw new SafetensorsError(
        overflow,
        `${subject} has ${shown(digits)} in its ${field}, which passes 2^53.`,
      );
    }
    integers.push(value);
  });
  return integers;
}

/** The data are covered from first to last byte, each by one tensor: no room for a second file in the file. */
function checkLayout(entries: readonly [string, Entry][], dataSize: number, file: string): void {
  let covered = 0;
  for (const [name, { begin, end }] of entries) {
    const subject = tensorSubject(file, name);
    if (begin < covered) {
      throw new SafetensorsError(
        'OVERLAP',
        `${subject} begins at byte ${begin} of the data, within another tensor that ends at ${covered}.`,
      );
    }
    if (begin > covered) {
      throw new SafetensorsError(
        'HOLE',
        `${subject} begins at byte ${begin} of the data, but nothing covers the bytes from ${covered} on.`,
      );
    }
    covered = end;
  }
  if (covered > dataSize) {
    throw new SafetensorsError(
      'TRUNCATED',
      `${file} is truncated: its tensors need ${covered} bytes of data, and ${dataSize} are there.`,
    );
  }
  if (covered < dataSize) {
    throw new SafetensorsError(
      'TRAILING_BYTES',
      `${file} goes on after the last tensor's data, from byte ${covered} of ${dataSize} on; nothing may follow it.`,
    );
  }
}

function tensorSubject(file: string, name: string): string {
  return `${file}: tensor ${shown(name)}`;
}

/** Quoted, and short even where a hostile file makes it long. */
function shown(text: string): string {
  return `'${text.length > 200 ? `${text.slice(0, 200)}…` : text}'`;
}
