// SPDX-License-Identifier: Apache-2.0
/**
 * AVIF, by libavif. Its own rotation and mirroring count for the orientation, EXIF's does not (as in Pillow). Grey pixels are
 * Pillow's, colours of photographs within 2 levels: the two builds of libavif convert and smooth chroma in different ways.
 */
import { ByteReader, startsWith } from '../byteReader.js';
import { fromRgba } from '../rawImage.js';
import { BrokenImage, type ImageFormat, TRUNCATED } from './imageFormat.js';

interface Box {
  type: string;
  /** Where its content begins and ends in the file. */
  start: number;
  end: number;
}

const BRANDS = ['avif', 'avis', 'mif1', 'msf1'];
const ALPHA_URNS = ['urn:mpeg:mpegB:cicp:systems:auxiliary:alpha', 'urn:mpeg:hevc:2015:auxid:1'];

/** EXIF's number by quarter turns anticlockwise (row) and mirror (none, top and bottom, left and right). */
const ORIENTATIONS = [
  [1, 4, 2],
  [8, 5, 7],
  [3, 2, 4],
  [6, 7, 5],
];

export const avif: ImageFormat = {
  name: 'AVIF',
  matches: (bytes) => startsWith(bytes, 'ftyp', 4) && BRANDS.some((brand) => startsWith(bytes, brand, 8)),
  readHeader(bytes) {
    const reader = new ByteReader(bytes, false);
    const meta = find(boxes(reader, 0, bytes.length), 'meta');
    const inMeta = boxes(reader, meta.start + 4, meta.end);
    const properties = boxes(reader, find(inMeta, 'iprp').start, find(inMeta, 'iprp').end);
    const stored = boxes(reader, find(properties, 'ipco').start, find(properties, 'ipco').end);
    const ofPrimary = associations(
      reader,
      find(properties, 'ipma'),
      primaryItem(reader, find(inMeta, 'pitm')),
    )
      .map((index) => stored[index - 1])
      .filter((box) => box !== undefined);
    const size = find(ofPrimary, 'ispe');
    const turn = ofPrimary.find(({ type }) => type === 'irot');
    const mirror = ofPrimary.find(({ type }) => type === 'imir');
    return {
      width: reader.u32(size.start + 4),
      height: reader.u32(size.start + 8),
      orientation:
        ORIENTATIONS[turn ? reader.u8(turn.start) & 3 : 0][mirror ? 1 + (reader.u8(mirror.start) & 1) : 0],
      channels: stored.some((box) => box.type === 'auxC' && isAlpha(reader, box)) ? 4 : 3,
    };
  },
  async decode(bytes, header, codecs) {
    return fromRgba(await codecs.avif(bytes), header.channels);
  },
};

function boxes(reader: ByteReader, from: number, to: number): Box[] {
  const found: Box[] = [];
  for (let at = from; at + 8 <= to; ) {
    const size = reader.u32(at);
    const header = size === 1 ? 16 : 8;
    const length =
      size === 0 ? to - at : size === 1 ? reader.u32(at + 8) * 2 ** 32 + reader.u32(at + 12) : size;
    if (length < header) throw new BrokenImage('one of its boxes has an impossible length');
    found.push({ type: reader.ascii(at + 4, 4), start: at + header, end: at + length });
    at += length;
  }
  return found;
}

function find(among: Box[], type: string): Box {
  const box = among.find((candidate) => candidate.type === type);
  if (!box) throw new BrokenImage(TRUNCATED);
  return box;
}

function primaryItem(reader: ByteReader, box: Box): number {
  return reader.u8(box.start) === 0 ? reader.u16(box.start + 4) : reader.u32(box.start + 4);
}

/** The numbers, from 1, of an item's properties. */
function associations(reader: ByteReader, box: Box, item: number): number[] {
  const hasLongIds = reader.u8(box.start) >= 1;
  const hasLongIndices = (reader.u8(box.start + 3) & 1) === 1;
  let at = box.start + 8;
  for (let left = reader.u32(box.start + 4); left > 0; left--) {
    const id = hasLongIds ? reader.u32(at) : reader.u16(at);
    at += hasLongIds ? 4 : 2;
    const count = reader.u8(at++);
    const indices = Array.from({ length: count }, (_, i) =>
      hasLongIndices ? reader.u16(at + i * 2) & 0x7fff : reader.u8(at + i) & 0x7f,
    );
    if (id === item) return indices;
    at += count * (hasLongIndices ? 2 : 1);
  }
  return [];
}

function isAlpha(reader: ByteReader, box: Box): boolean {
  return ALPHA_URNS.some((urn) => startsWith(reader.bytes, urn, box.start + 4));
}
