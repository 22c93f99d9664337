// SPDX-License-Identifier: Apache-2.0
/** JPEG's Huffman-coded coefficients, baseline and progressive (ITU T.81, annexes F and G). */
import { ByteReader } from '../byteReader.js';
import { BrokenImage } from './imageFormat.js';
import type { Component, Frame } from './jpegFrame.js';
import { BitReader, type HuffmanTable, huffmanTable } from './jpegHuffman.js';
import { MARKER, type Segment, segments } from './jpegSegments.js';

interface ScanComponent {
  component: Component;
  dc: HuffmanTable | undefined;
  ac: HuffmanTable | undefined;
  /** The last block's first coefficient. */
  prediction: number;
}

interface Scan {
  bits: BitReader;
  /** Which coefficients, and at which bit, a progressive scan brings. */
  first: number;
  last: number;
  low: number;
  /** Blocks still to come that this scan leaves as they are. */
  skip: number;
}

type ReadBlock = (scan: Scan, target: ScanComponent, block: Int16Array) => void;

/** Fills in the coefficients of the frame's components, scan by scan. */
export function decodeCoefficients(bytes: Uint8Array, frame: Frame): void {
  const dc: HuffmanTable[] = [];
  const ac: HuffmanTable[] = [];
  let restartInterval = 0;
  for (const segment of segments(bytes)) {
    if (segment.marker === MARKER.huffmanTables) readTables(segment.data, dc, ac);
    if (segment.marker === MARKER.restartInterval)
      restartInterval = new ByteReader(segment.data, false).u16(0);
    if (segment.marker === MARKER.startOfScan) readScan(segment, frame, dc, ac, restartInterval);
  }
}

function readTables(data: Uint8Array, dc: HuffmanTable[], ac: HuffmanTable[]): void {
  const reader = new ByteReader(data, false);
  for (let at = 0; at < data.length; ) {
    const selector = reader.u8(at);
    const counts = reader.slice(at + 1, 16);
    const total = counts.reduce((sum, count) => sum + count, 0);
    (selector >> 4 ? ac : dc)[selector & 15] = huffmanTable(counts, reader.slice(at + 17, total));
    at += 17 + total;
  }
}

function readScan(
  { data, scan: compressed }: Segment,
  frame: Frame,
  dc: HuffmanTable[],
  ac: HuffmanTable[],
  restartInterval: number,
): void {
  const reader = new ByteReader(data, false);
  const count = reader.u8(0);
  const targets = Array.from({ length: count }, (_, i): ScanComponent => {
    const component = frame.components.find(({ id }) => id === reader.u8(1 + i * 2));
    if (!component) throw new BrokenImage('a scan names a component that the frame lacks');
    const selectors = reader.u8(2 + i * 2);
    return { component, dc: dc[selectors >> 4], ac: ac[selectors & 15], prediction: 0 };
  });
  const after = 1 + count * 2;
  const approximation = reader.u8(after + 2);
  const scan: Scan = {
    bits: new BitReader(compressed!),
    first: reader.u8(after),
    last: Math.min(63, reader.u8(after + 1)),
    low: approximation & 15,
    skip: 0,
  };
  const readBlock = blockReader(frame, scan, approximation >> 4 !== 0);
  const units = targets.length === 1 ? unitsOfOne(targets[0]) : unitsOfAll(frame, targets);
  let done = 0;
  for (const unit of units) {
    if (restartInterval && done > 0 && done % restartInterval === 0) {
      scan.bits.restart();
      scan.skip = 0;
      for (const target of targets) target.prediction = 0;
    }
    done++;
    if (scan.bits.isExhausted) {
      if (restartInterval && !scan.bits.isAtEnd) continue;
      return;
    }
    for (const { target, at } of unit) {
      readBlock(scan, target, target.component.coefficients.subarray(at * 64, at * 64 + 64));
    }
  }
}

type Unit = { target: ScanComponent; at: number }[];

/** A scan of one component goes block by block, without those that only fill up units. */
function* unitsOfOne(target: ScanComponent): Generator<Unit> {
  const { blocksAcross, blocksDown, stride } = target.component;
  for (let y = 0; y < blocksDown; y++) {
    for (let x = 0; x < blocksAcross; x++) yield [{ target, at: y * stride + x }];
  }
}

function* unitsOfAll(frame: Frame, targets: ScanComponent[]): Generator<Unit> {
  for (let y = 0; y < frame.unitsDown; y++) {
    for (let x = 0; x < frame.unitsAcross; x++) {
      yield targets.flatMap((target) => {
        const { h, v, stride } = target.component;
        return Array.from({ length: h * v }, (_, i) => ({
          target,
          at: (y * v + Math.floor(i / h)) * stride + x * h + (i % h),
        }));
      });
    }
  }
}

function blockReader({ isProgressive }: Frame, { first }: Scan, isRefinement: boolean): ReadBlock {
  if (!isProgressive) return readBaseline;
  if (first === 0) return isRefinement ? refineFirst : readFirst;
  return isRefinement ? refineRest : readRest;
}

function readBaseline(scan: Scan, target: ScanComponent, block: Int16Array): void {
  const { bits } = scan;
  target.prediction += bits.signed(bits.symbol(target.dc));
  block[0] = target.prediction;
  for (let k = 1; k < 64; k++) {
    const symbol = bits.symbol(target.ac);
    const size = symbol & 15;
    if (size === 0 && symbol !== 0xf0) return;
    k += symbol >> 4;
    if (size > 0 && k < 64) block[k] = bits.signed(size);
  }
}

function readFirst({ bits, low }: Scan, target: ScanComponent, block: Int16Array): void {
  target.prediction += bits.signed(bits.symbol(target.dc));
  block[0] = target.prediction << low;
}

function refineFirst({ bits, low }: Scan, _target: ScanComponent, block: Int16Array): void {
  if (bits.bit()) block[0] |= 1 << low;
}

function readRest(scan: Scan, target: ScanComponent, block: Int16Array): void {
  const { bits, low } = scan;
  if (scan.skip > 0) {
    scan.skip--;
    return;
  }
  for (let k = scan.first; k <= scan.last; k++) {
    const symbol = bits.symbol(target.ac);
    const [run, size] = [symbol >> 4, symbol & 15];
    if (size === 0 && run < 15) {
      scan.skip = (1 << run) - 1 + bits.unsigned(run);
      return;
    }
    k += run;
    if (size > 0 && k < 64) block[k] = bits.signed(size) * (1 << low);
  }
}

/** A symbol tells how many zero coefficients to pass and what the one after them becomes; the others get one bit more. */
function refineRest(scan: Scan, target: ScanComponent, block: Int16Array): void {
  const { bits, last } = scan;
  const step = 1 << scan.low;
  let k = scan.first;
  while (k <= last && scan.skip === 0) {
    const symbol = bits.symbol(target.ac);
    let zeros = symbol >> 4;
    let value = 0;
    if ((symbol & 15) === 0 && zeros < 15) {
      scan.skip = (1 << zeros) + bits.unsigned(zeros);
      break;
    }
    if (symbol & 15) value = bits.bit() ? step : -step;
    for (; k <= last; k++) {
      if (block[k] !== 0) refine(bits, block, k, step);
      else if (zeros-- === 0) break;
    }
    if (value !== 0 && k <= last) block[k] = value;
    k++;
  }
  if (scan.skip === 0) return;
  for (; k <= last; k++) if (block[k] !== 0) refine(bits, block, k, step);
  scan.skip--;
}

function refine(bits: BitReader, block: Int16Array, k: number, step: number): void {
  if (bits.bit() && (block[k] & step) === 0) block[k] += block[k] > 0 ? step : -step;
}
