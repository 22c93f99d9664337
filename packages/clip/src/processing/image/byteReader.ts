// SPDX-License-Identifier: Apache-2.0
/** Bounds-checked numbers out of a file's bytes. */
import { BrokenImage, TRUNCATED } from './formats/imageFormat.js';

/** @throws BrokenImage when asked for bytes past the end. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly littleEndian: boolean;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, littleEndian: boolean) {
    this.bytes = bytes;
    this.littleEndian = littleEndian;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.bytes.length;
  }

  u8(at: number): number {
    this.#check(at, 1);
    return this.bytes[at];
  }

  u16(at: number): number {
    this.#check(at, 2);
    return this.#view.getUint16(at, this.littleEndian);
  }

  u24(at: number): number {
    this.#check(at, 3);
    const [a, b, c] = this.bytes.subarray(at, at + 3);
    return this.littleEndian ? a | (b << 8) | (c << 16) : (a << 16) | (b << 8) | c;
  }

  u32(at: number): number {
    this.#check(at, 4);
    return this.#view.getUint32(at, this.littleEndian);
  }

  /** A view, not a copy. */
  slice(at: number, length: number): Uint8Array {
    this.#check(at, length);
    return this.bytes.subarray(at, at + length);
  }

  ascii(at: number, length: number): string {
    return String.fromCharCode(...this.slice(at, length));
  }

  #check(at: number, length: number): void {
    if (!(at >= 0 && at + length <= this.bytes.length)) throw new BrokenImage(TRUNCATED);
  }
}

export function startsWith(bytes: Uint8Array, text: string, at = 0): boolean {
  if (bytes.length < at + text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}
