// SPDX-License-Identifier: Apache-2.0
/** A JPEG file cut at its markers. */
import { ByteReader } from '../byteReader.js';
import { BrokenImage } from './imageFormat.js';

export const MARKER = {
  progressive: 0xc2,
  huffmanTables: 0xc4,
  endOfImage: 0xd9,
  startOfScan: 0xda,
  quantization: 0xdb,
  restartInterval: 0xdd,
  app0: 0xe0,
  app1: 0xe1,
  app14: 0xee,
} as const;

export interface Segment {
  marker: number;
  /** What follows the length; for a scan its header. */
  data: Uint8Array;
  /** The compressed data after a scan's header, with its restart markers. */
  scan?: Uint8Array;
}

/** SOF0 to SOF15, but for the three of other meaning among them. */
export function isStartOfFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

/** All segments up to the end of the picture or, in a truncated file, of the bytes. */
export function* segments(bytes: Uint8Array): Generator<Segment> {
  const reader = new ByteReader(bytes, false);
  let at = 2;
  while (at + 1 < bytes.length) {
    if (bytes[at] !== 0xff || bytes[at + 1] === 0xff || bytes[at + 1] === 0) {
      at++; // padding, or what a sloppy writer left between segments
      continue;
    }
    const marker = bytes[at + 1];
    at += 2;
    if (marker === MARKER.endOfImage) {
      yield { marker, data: new Uint8Array(0) };
      return;
    }
    if (marker === 1 || (marker >= 0xd0 && marker <= 0xd8)) continue; // markers without data
    if (at + 2 > bytes.length) return;
    const length = reader.u16(at);
    if (length < 2) throw new BrokenImage('it has a segment of impossible length');
    const data = bytes.subarray(at + 2, at + length);
    at += length;
    if (marker === MARKER.startOfScan) {
      const end = endOfScan(bytes, at);
      yield { marker, data, scan: bytes.subarray(at, end) };
      at = end;
    } else yield { marker, data };
  }
}

/** The next 0xff that is neither an escaped byte nor a restart marker. */
function endOfScan(bytes: Uint8Array, start: number): number {
  for (let at = bytes.indexOf(0xff, start); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    if (next !== undefined && next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return bytes.length;
}
