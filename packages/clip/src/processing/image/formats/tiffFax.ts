// SPDX-License-Identifier: Apache-2.0
/**
 * TIFF's CCITT compressions of black and white: modified Huffman, T.4 (one- and two-dimensional) and T.6. Our own, because
 * utif2, jimp's decoder, takes time quadratic in the length of a damaged strip: 10 seconds for 16 kB.
 */
import { BrokenImage, TRUNCATED } from './imageFormat.js';
import { type CodeTable, HORIZONTAL, LONGEST_CODE, MODE_CODES, PASS, RUN_CODES } from './tiffFaxCodes.js';

export const FAX = { huffman: 2, t4: 3, t6: 4 } as const;

/** Where the colour of a row changes, from white on; the row's end stands behind the last one, three times. */
type Changes = number[];

/**
 * Rows of eight pixels a byte, black is 1.
 *
 * @param options of T.4, as the TIFF's tag has them
 * @throws BrokenImage
 */
export function expandFax(
  data: Uint8Array,
  compression: number,
  options: number,
  width: number,
  height: number,
): Uint8Array {
  const bits = new FaxBits(data);
  const rowBytes = Math.ceil(width / 8);
  const out = new Uint8Array(rowBytes * height);
  let changes = endedAt([], width);
  for (let y = 0; y < height; y++) {
    if (compression === FAX.huffman) bits.alignToByte();
    if (compression === FAX.t4) bits.skipEndOfLine();
    const isTwoDimensional =
      compression === FAX.t6 || (compression === FAX.t4 && options & 1 && !bits.read());
    changes = isTwoDimensional ? readAgainst(changes, bits, width) : readRuns(bits, width);
    paint(changes, out, y * rowBytes * 8);
  }
  return out;
}

function readRuns(bits: FaxBits, width: number): Changes {
  const changes: Changes = [];
  for (let at = 0, colour = 0; at < width; colour = 1 - colour) {
    at += bits.run(colour);
    changes.push(at);
  }
  return endedAt(changes, width);
}

/** T.6: each change is told by its distance to one of the row above. */
function readAgainst(above: Changes, bits: FaxBits, width: number): Changes {
  const changes: Changes = [];
  let at = -1;
  let i = 0;
  while (at < width) {
    const colour = changes.length & 1;
    // The next change above to the other colour.
    while (i > 0 && above[i - 1] > at) i--;
    while (above[i] <= at && above[i] < width) i++;
    if ((i & 1) !== colour) i++;
    const mode = bits.code(MODE_CODES);
    if (mode === PASS) {
      at = above[i + 1];
    } else if (mode === HORIZONTAL) {
      const middle = Math.max(0, at) + bits.run(colour);
      at = middle + bits.run(1 - colour);
      changes.push(middle, at);
    } else {
      const change = above[i] + mode;
      if (change < at) throw new BrokenImage(DAMAGED);
      at = change;
      changes.push(at);
    }
  }
  return endedAt(changes, width);
}

function endedAt(changes: Changes, width: number): Changes {
  if (changes.some((at) => at > width)) throw new BrokenImage(DAMAGED);
  return [...changes, width, width, width];
}

function paint(changes: Changes, out: Uint8Array, start: number): void {
  for (let i = 0; i + 1 < changes.length; i += 2) {
    for (let at = start + changes[i]; at < start + changes[i + 1]; at++) out[at >> 3] |= 0x80 >> (at & 7);
  }
}

const DAMAGED = 'its compressed data is damaged';
const ZEROS_BEFORE_END_OF_LINE = 11;

class FaxBits {
  readonly #data: Uint8Array;
  /** In bits. */
  #at = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  read(): number {
    if (this.#at >= this.#data.length * 8) throw new BrokenImage(TRUNCATED);
    const bit = (this.#data[this.#at >> 3] >> (7 - (this.#at & 7))) & 1;
    this.#at++;
    return bit;
  }

  code(table: CodeTable): number {
    let key = 1;
    for (let length = 1; length <= LONGEST_CODE; length++) {
      key = (key << 1) | this.read();
      const value = table.get(key);
      if (value !== undefined) return value;
    }
    throw new BrokenImage(DAMAGED);
  }

  /** Pixels of one colour: lengths from 64 on are followed by another. */
  run(colour: number): number {
    let total = 0;
    for (;;) {
      const length = this.code(RUN_CODES[colour]);
      total += length;
      if (length < 64) return total;
    }
  }

  alignToByte(): void {
    this.#at = Math.ceil(this.#at / 8) * 8;
  }

  /** At least eleven zeros and a one, if they are there. */
  skipEndOfLine(): void {
    const start = this.#at;
    let zeros = 0;
    while (this.read() === 0) zeros++;
    if (zeros < ZEROS_BEFORE_END_OF_LINE) this.#at = start;
  }
}
