// SPDX-License-Identifier: Apache-2.0
/**
 * The table of contents of a zip archive, and the place of an entry's bytes, read without the rest: torch stores its tensors
 * uncompressed, so each is a range of the file. Nothing is ever unpacked, which leaves a zip bomb nothing to do.
 * APPNOTE.TXT 6.3.10, §4.3.
 */
import type { ByteSource } from '@tfjs-clip/safetensors';
import { readExactly } from '../bytes.js';
import { BrokenCheckpointError, UnsafeCheckpointError } from '../errors.js';

export interface ZipEntry {
  name: string;
  /** 0 is stored. */
  method: number;
  size: number;
  packedSize: number;
  headerOffset: number;
}

const END_SIGNATURE = 0x06054b50;
const END_LENGTH = 22;
const LONGEST_COMMENT = 0xffff;
const ZIP64_LOCATOR_SIGNATURE = 0x07064b50;
const ZIP64_LOCATOR_LENGTH = 20;
const ZIP64_END_SIGNATURE = 0x06064b50;
const ZIP64_END_LENGTH = 56;
const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_LENGTH = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_LENGTH = 30;
const ZIP64_EXTRA = 1;
/** Absent: look in the zip64 fields. */
const ABSENT = 0xffffffff;
/** Far above a checkpoint of 100,000 tensors. */
const LARGEST_DIRECTORY = 64 * 2 ** 20;

/** @throws BrokenCheckpointError for any place or size that is not in the file, UnsafeCheckpointError for two of one name */
export async function readZip(source: ByteSource): Promise<Map<string, ZipEntry>> {
  const { offset, size, count } = await findDirectory(source);
  if (size > LARGEST_DIRECTORY || count * ENTRY_LENGTH > size) {
    throw broken(source, `its zip directory claims ${count} entries in ${size} bytes`);
  }
  const bytes = await readExactly(source, offset, size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const entries = new Map<string, ZipEntry>();
  for (let at = 0, i = 0; i < count; i++) {
    const { entry, length } = readEntry(source, view, at);
    if (entries.has(entry.name)) {
      throw new UnsafeCheckpointError(source.name, `its zip directory has two entries '${entry.name}'`);
    }
    entries.set(entry.name, entry);
    at += length;
  }
  return entries;
}

/** Where the entry's bytes begin. @throws BrokenCheckpointError where the directory and the entry's own header disagree */
export async function dataOffset(source: ByteSource, entry: ZipEntry): Promise<number> {
  if (entry.method !== 0 || entry.packedSize !== entry.size) {
    throw new UnsafeCheckpointError(
      source.name,
      `its entry '${entry.name}' is compressed; torch stores data.pkl and tensors as they are`,
    );
  }
  const nameBytes = new TextEncoder().encode(entry.name);
  const header = await readExactly(source, entry.headerOffset, LOCAL_LENGTH + nameBytes.length);
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  const sameName = nameBytes.every((byte, i) => byte === header[LOCAL_LENGTH + i]);
  if (
    view.getUint32(0, true) !== LOCAL_SIGNATURE ||
    view.getUint16(26, true) !== nameBytes.length ||
    !sameName
  ) {
    throw broken(source, `its zip directory has '${entry.name}' where the file has something else`);
  }
  return entry.headerOffset + LOCAL_LENGTH + nameBytes.length + view.getUint16(28, true);
}

interface Directory {
  offset: number;
  size: number;
  count: number;
}

/** The record that ends the archive stands before a comment of unknown length: searched for from the end. */
async function findDirectory(source: ByteSource): Promise<Directory> {
  const length = Math.min(source.size, END_LENGTH + LONGEST_COMMENT);
  const tail = await readExactly(source, source.size - length, length);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.length);
  for (let at = length - END_LENGTH; at >= 0; at--) {
    if (view.getUint32(at, true) !== END_SIGNATURE) continue;
    if (at + END_LENGTH + view.getUint16(at + 20, true) !== length) continue;
    const directory = {
      count: view.getUint16(at + 10, true),
      size: view.getUint32(at + 12, true),
      offset: view.getUint32(at + 16, true),
    };
    const isZip64 = directory.count === 0xffff || directory.size === ABSENT || directory.offset === ABSENT;
    return isZip64 ? readZip64End(source, source.size - length + at) : directory;
  }
  throw broken(source, 'its zip archive has no end record');
}

async function readZip64End(source: ByteSource, endOffset: number): Promise<Directory> {
  const locator = await viewOf(source, endOffset - ZIP64_LOCATOR_LENGTH, ZIP64_LOCATOR_LENGTH);
  if (locator.getUint32(0, true) !== ZIP64_LOCATOR_SIGNATURE)
    throw broken(source, 'its zip64 record is lost');
  const end = await viewOf(source, toNumber(locator.getBigUint64(8, true)), ZIP64_END_LENGTH);
  if (end.getUint32(0, true) !== ZIP64_END_SIGNATURE) throw broken(source, 'its zip64 record is lost');
  return {
    count: toNumber(end.getBigUint64(32, true)),
    size: toNumber(end.getBigUint64(40, true)),
    offset: toNumber(end.getBigUint64(48, true)),
  };
}

function readEntry(source: ByteSource, view: DataView, at: number): { entry: ZipEntry; length: number } {
  if (at + ENTRY_LENGTH > view.byteLength || view.getUint32(at, true) !== ENTRY_SIGNATURE) {
    throw broken(source, 'its zip directory is cut short');
  }
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((place) =>
    view.getUint16(at + place, true),
  );
  const length = ENTRY_LENGTH + nameLength + extraLength + commentLength;
  if (at + length > view.byteLength) throw broken(source, 'its zip directory is cut short');
  const name = new TextDecoder().decode(
    new Uint8Array(view.buffer, view.byteOffset + at + ENTRY_LENGTH, nameLength),
  );
  const extra = zip64Fields(view, at + ENTRY_LENGTH + nameLength, extraLength);
  // In this order, each only where the 32-bit field says that it is absent.
  const field = (place: number) => {
    const value = view.getUint32(at + place, true);
    return value === ABSENT ? (extra.shift() ?? value) : value;
  };
  const size = field(24);
  const packedSize = field(20);
  const headerOffset = field(42);
  const method = view.getUint16(at + 10, true);
  return { entry: { name, method, size, packedSize, headerOffset }, length };
}

function zip64Fields(view: DataView, start: number, length: number): number[] {
  for (let at = start; at + 4 <= start + length; ) {
    const size = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === ZIP64_EXTRA && at + 4 + size <= start + length) {
      return Array.from({ length: Math.floor(size / 8) }, (_, i) =>
        toNumber(view.getBigUint64(at + 4 + 8 * i, true)),
      );
    }
    at += 4 + size;
  }
  return [];
}

async function viewOf(source: ByteSource, offset: number, length: number): Promise<DataView> {
  const bytes = await readExactly(source, offset, length);
  return new DataView(bytes.buffer, bytes.byteOffset, length);
}

/** Beyond 2^53 a size is a lie; as infinity it fails every check. */
function toNumber(value: bigint): number {
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.POSITIVE_INFINITY : Number(value);
}

function broken(source: ByteSource, what: string): BrokenCheckpointError {
  return new BrokenCheckpointError(source.name, what);
}
