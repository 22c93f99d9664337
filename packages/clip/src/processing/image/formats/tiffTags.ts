// SPDX-License-Identifier: Apache-2.0
/** The first directory of a TIFF: the tags that say how its pixels are stored. */
import type { ByteReader } from '../byteReader.js';
import { BrokenImage, TRUNCATED } from './imageFormat.js';

const TAGS = {
  imageWidth: 256,
  imageLength: 257,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  fillOrder: 266,
  stripOffsets: 273,
  orientation: 274,
  samplesPerPixel: 277,
  rowsPerStrip: 278,
  stripByteCounts: 279,
  planarConfiguration: 284,
  t4Options: 292,
  predictor: 317,
  colorMap: 320,
  tileWidth: 322,
  tileLength: 323,
  tileOffsets: 324,
  tileByteCounts: 325,
  extraSamples: 338,
  sampleFormat: 339,
  jpegTables: 347,
  xmp: 700,
} as const;

type TagName = keyof typeof TAGS;
export type Tags = Partial<Record<TagName, number[]>>;

/** Bytes of one value by type: BYTE, ASCII, SHORT, LONG, SBYTE, UNDEFINED, SSHORT, SLONG. */
const SIZES: Record<number, number> = { 1: 1, 2: 1, 3: 2, 4: 4, 6: 1, 7: 1, 8: 2, 9: 4 };

/** Leaves out tags whose values lie beyond the end of the file. @throws BrokenImage if those of the size do. */
export function readTags(reader: ByteReader): Tags {
  const names = new Map<number, TagName>(Object.entries(TAGS).map(([name, tag]) => [tag, name as TagName]));
  const directory = reader.u32(4);
  const count = reader.u16(directory);
  const tags: Tags = {};
  for (let at = directory + 2; at < directory + 2 + count * 12 && at + 12 <= reader.length; at += 12) {
    const name = names.get(reader.u16(at));
    const values = name && readValues(reader, at);
    if (values) tags[name] = values;
  }
  if (!tags.imageWidth || !tags.imageLength) throw new BrokenImage(TRUNCATED);
  return tags;
}

function readValues(reader: ByteReader, entry: number): number[] | null {
  const size = SIZES[reader.u16(entry + 2)];
  const length = reader.u32(entry + 4);
  const start = size * length > 4 ? reader.u32(entry + 8) : entry + 8;
  if (!size || start + size * length > reader.length) return null;
  const read = size === 1 ? 'u8' : size === 2 ? 'u16' : 'u32';
  return Array.from({ length }, (_, i) => reader[read](start + i * size));
}
