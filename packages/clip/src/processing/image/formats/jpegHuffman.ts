// SPDX-License-Identifier: Apache-2.0
/** Bits and Huffman codes out of a JPEG scan. */
import { BrokenImage } from './imageFormat.js';

export interface HuffmanTable {
  /** By length of code: the first code, the place of its symbol, and one past the last code. */
  firstCode: Int32Array;
  firstSymbol: Int32Array;
  endCode: Int32Array;
  symbols: Uint8Array;
}

/** `counts[i]`: how many codes have i + 1 bits. */
export function huffmanTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable {
  const firstCode = new Int32Array(17);
  const firstSymbol = new Int32Array(17);
  const endCode = new Int32Array(17);
  let code = 0;
  let symbol = 0;
  for (let length = 1; length <= 16; length++) {
    firstCode[length] = code;
    firstSymbol[length] = symbol;
    code += counts[length - 1];
    symbol += counts[length - 1];
    endCode[length] = code;
    code <<= 1;
  }
  return { firstCode, firstSymbol, endCode, symbols };
}

export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #buffer = 0;
  #left = 0;
  /** Whether more was asked for than lies before the next marker; libjpeg passes over blocks then. */
  isExhausted = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Zeros after the end, as libjpeg gives. */
  bit(): number {
    if (this.#left === 0) {
      const byte = this.#bytes[this.#at] ?? 0;
      const isMarker = byte === 0xff && this.#bytes[this.#at + 1] !== 0;
      if (isMarker || this.#at >= this.#bytes.length) this.isExhausted = true;
      this.#buffer = isMarker ? 0 : byte;
      if (!isMarker) this.#at += byte === 0xff ? 2 : 1;
      this.#left = 8;
    }
    this.#left--;
    return (this.#buffer >> this.#left) & 1;
  }

  unsigned(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) value = (value << 1) | this.bit();
    return value;
  }

  /** JPEG's numbers: `count` bits whose first one tells the sign. */
  signed(count: number): number {
    const value = this.unsigned(count);
    return count === 0 || value >= 1 << (count - 1) ? value : value - (1 << count) + 1;
  }

  symbol(table: HuffmanTable | undefined): number {
    if (!table) throw new BrokenImage('it lacks a Huffman table');
    let code = 0;
    for (let length = 1; length <= 16; length++) {
      code = (code << 1) | this.bit();
      if (code < table.endCode[length]) {
        return table.symbols[table.firstSymbol[length] + code - table.firstCode[length]];
      }
    }
    throw new BrokenImage('its compressed data is damaged');
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Goes on after the next restart marker. */
  restart(): void {
    this.#left = 0;
    const bytes = this.#bytes;
    for (; this.#at < bytes.length; this.#at++) {
      if (bytes[this.#at] === 0xff && bytes[this.#at + 1] >= 0xd0 && bytes[this.#at + 1] <= 0xd7) {
        this.#at += 2;
        this.isExhausted = false;
        return;
      }
    }
  }
}
