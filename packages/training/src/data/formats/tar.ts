// SPDX-License-Identifier: Apache-2.0
/** Reads a tar archive as it comes: ustar, with the long names of GNU and pax. Its files only; links and folders are passed over. */

const BLOCK = 512;
/** A header may claim any size. */
const LARGEST_FILE = 2 ** 28;
const LARGEST_NAME = 2 ** 20;

export interface TarFile {
  name: string;
  bytes: Uint8Array;
}

/** @throws for what is no tar archive, one that is cut off, and a file larger than 256 MiB */
export async function* readTar(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<TarFile> {
  const input = new ByteStream(pieces);
  try {
    let longName: string | null = null;
    for (let header = await input.take(BLOCK); header && !isZero(header); header = await input.take(BLOCK)) {
      const { name, size, type } = readHeader(header);
      const isName = type === 'L' || type === 'x';
      const isFile = type === '0' || type === '\0' || type === '7';
      const padded = Math.ceil(size / BLOCK) * BLOCK;
      if (!isName && !isFile) {
        await input.skip(padded);
        if (type !== 'g') longName = null;
        continue;
      }
      if (size > (isName ? LARGEST_NAME : LARGEST_FILE)) {
        throw new Error(`${longName ?? name} is said to have ${size} bytes, more than is read of one file`);
      }
      const content = (await input.takeAll(padded)).subarray(0, size);
      if (type === 'L') longName = textOf(content);
      else if (type === 'x') longName = paxName(content) ?? longName;
      else {
        yield { name: longName ?? name, bytes: content };
        longName = null;
      }
    }
  } finally {
    await input.close();
  }
}

/** Bytes in the portions that are asked for. */
class ByteStream {
  private readonly iterator: AsyncIterator<Uint8Array>;
  private rest: Uint8Array = new Uint8Array();

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.iterator = pieces[Symbol.asyncIterator]();
  }

  /** Null at the end. */
  async take(length: number): Promise<Uint8Array | null> {
    if (this.rest.length === 0 && !(await this.more())) return null;
    return this.takeAll(length);
  }

  /** A copy: the caller may keep it without keeping the piece that it came in. */
  async takeAll(length: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    await this.pass(length, (part) => parts.push(part));
    const whole = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  async skip(length: number): Promise<void> {
    await this.pass(length, () => {});
  }

  async close(): Promise<void> {
    await this.iterator.return?.();
  }

  private async pass(length: number, use: (part: Uint8Array) => void): Promise<void> {
    for (let left = length; left > 0; ) {
      if (this.rest.length === 0 && !(await this.more())) throw new Error('it ends in the middle of a file');
      const part = this.rest.subarray(0, left);
      use(part);
      this.rest = this.rest.subarray(part.length);
      left -= part.length;
    }
  }

  private async more(): Promise<boolean> {
    const { value, done } = await this.iterator.next();
    if (done) return false;
    this.rest = value;
    return value.length > 0 || this.more();
  }
}

function readHeader(header: Uint8Array): { name: string; size: number; type: string } {
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  if (sum !== numberAt(header, 148, 8)) throw new Error('it is no tar archive, or a broken one');
  const isUstar = textOf(header.subarray(257, 262)) === 'ustar';
  const prefix = isUstar ? textOf(header.subarray(345, 500)) : '';
  const name = textOf(header.subarray(0, 100));
  return {
    name: prefix ? `${prefix}/${name}` : name,
    size: numberAt(header, 124, 12),
    type: String.fromCharCode(header[156]),
  };
}

/** Octal, or with the first bit set in base 256. */
function numberAt(header: Uint8Array, at: number, length: number): number {
  if (header[at] & 0x80) {
    return header
      .subarray(at + 1, at + length)
      .reduce((number, byte) => number * 256 + byte, header[at] & 0x7f);
  }
  const digits = textOf(header.subarray(at, at + length)).trim();
  if (!/^[0-7]*$/.test(digits)) throw new Error('it is no tar archive, or a broken one');
  return Number.parseInt(digits || '0', 8);
}

/** `17 path=a/b.jpg\n`, the length being that of the whole line. */
function paxName(content: Uint8Array): string | null {
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const length = Number(textOf(content.subarray(at, space)));
    if (space < 0 || !Number.isInteger(length) || length <= 0) throw new Error('it has a broken pax header');
    const line = textOf(content.subarray(space + 1, at + length - 1));
    if (line.startsWith('path=')) return line.slice('path='.length);
    at += length;
  }
  return null;
}

function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function isZero(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}
