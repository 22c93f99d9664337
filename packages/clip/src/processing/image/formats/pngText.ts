// SPDX-License-Identifier: Apache-2.0
/** PNG's text chunks, for the orientation that some programs hide in them. */
import { startsWith } from '../byteReader.js';
import { inflate } from '../inflate.js';

export interface Chunk {
  type: string;
  data: Uint8Array;
}

/** Longer text is cut off; Pillow's limit too. */
const MAX_TEXT = 1 << 20;

/** The bytes of the last text under `keyword`, or null. */
export async function readText(chunks: Chunk[], keyword: string): Promise<Uint8Array | null> {
  const chunk = chunks.filter(({ data }) => startsWith(data, `${keyword}\0`)).at(-1);
  if (!chunk) return null;
  const rest = chunk.data.subarray(keyword.length + 1);
  if (chunk.type === 'tEXt') return rest;
  if (chunk.type === 'zTXt') return decompress(rest.subarray(1));
  const language = rest.indexOf(0, 2);
  const text = rest.subarray(rest.indexOf(0, language + 1) + 1);
  return rest[0] === 0 ? text : decompress(text);
}

/** The EXIF block that ImageMagick writes as text: three lines of heading, then hexadecimal digits. */
export async function readExifProfile(chunks: Chunk[]): Promise<Uint8Array | null> {
  const text = await readText(chunks, 'Raw profile type exif');
  if (!text) return null;
  const digits = latin1(text).split('\n').slice(3).join('').replace(/\s/g, '');
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

async function decompress(data: Uint8Array): Promise<Uint8Array | null> {
  return inflate([data], MAX_TEXT).catch(() => null);
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}
