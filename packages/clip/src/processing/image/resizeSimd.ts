// SPDX-License-Identifier: Apache-2.0
/**
 * Both passes of a resize by assembly/resize.ts, in a memory of its own. Source rows go in one by one, and become rows of
 * the output's width in a ring, which holds no more of them than a row of the output sums.
 */
import { resizeSimd as base64 } from '../../generated/resizeSimd.js';
import { packWeights } from './packWeights.js';
import type { ByteImage } from './rawImage.js';
import type { FixedPointWeights } from './resizeWeights.js';

/** As declared in assembly/resize.ts. */
interface Functions {
  memory: WebAssembly.Memory;
  resizeAcross(
    channels: number,
    source: number,
    width: number,
    positions: number,
    pairs: number,
    stride: number,
    bits: number,
    out: number,
  ): void;
  resizeDown(
    ring: number,
    mask: number,
    rowBytes: number,
    first: number,
    count: number,
    pairs: number,
    bits: number,
    out: number,
  ): void;
}

const PAGE = 2 ** 16;
/** A memory that grew larger for a picture is given up afterwards. */
const LARGEST_KEPT = 2 ** 24;
/** How far the functions read behind a row, and write. */
const READ_BEHIND = 7;
const WRITTEN_BEHIND = 3;

/** null where there is no WebAssembly with SIMD, or the page does not allow any. */
let functions: Functions | null | undefined;

/** @returns null where this cannot run */
export function resizeSimd(
  image: ByteImage,
  columns: FixedPointWeights,
  rows: FixedPointWeights,
): ByteImage | null {
  if (functions === undefined) functions = instantiate();
  if (!functions) return null;
  const data = resizeWith(functions, image, columns, rows);
  if (functions.memory.buffer.byteLength > LARGEST_KEPT) functions = undefined;
  return { data, width: columns.starts.length, height: rows.starts.length, channels: image.channels };
}

/** At once, as pages may: browsers that refuse large modules accept those of less than 4 kB. */
function instantiate(): Functions | null {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as object as Functions;
  } catch {
    return null;
  }
}

function resizeWith(
  { memory, resizeAcross, resizeDown }: Functions,
  { data, width, channels }: ByteImage,
  columns: FixedPointWeights,
  rows: FixedPointWeights,
): Uint8Array {
  const [outWidth, outHeight] = [columns.starts.length, rows.starts.length];
  const [across, down] = [packWeights(columns, channels), packWeights(rows, 1)];
  const [firstByte, endByte] = [columns.starts[0] * channels, endOf(columns, outWidth - 1) * channels];
  const rowBytes = outWidth * channels;
  const ringRow = aligned(rowBytes + WRITTEN_BEHIND);
  const mostRows = rows.counts.reduce((most, count) => Math.max(most, count));
  const ringMask = 2 ** Math.ceil(Math.log2(mostRows)) - 1;
  const [positions, acrossPairs, downPairs, source, ring, out] = place(memory, [
    across.positions.byteLength,
    across.pairs.byteLength,
    down.pairs.byteLength,
    endByte - firstByte + READ_BEHIND,
    ringRow * (ringMask + 1),
    ringRow,
  ]);
  new Int32Array(memory.buffer, positions).set(across.positions);
  new Int32Array(memory.buffer, acrossPairs).set(across.pairs);
  new Int32Array(memory.buffer, downPairs).set(down.pairs);
  const bytes = new Uint8Array(memory.buffer);

  const readRow = (y: number) => {
    const row = y * width * channels;
    bytes.set(data.subarray(row + firstByte, row + endByte), source);
    const to = ring + (y & ringMask) * ringRow;
    resizeAcross(channels, source, outWidth, positions, acrossPairs, across.strideInBytes, columns.bits, to);
  };
  const result = new Uint8Array(rowBytes * outHeight);
  for (let y = 0, next = rows.starts[0]; y < outHeight; y++) {
    for (const end = endOf(rows, y); next < end; next++) readRow(next);
    const count = down.positions[y * 2 + 1];
    const pairs = downPairs + y * down.strideInBytes;
    resizeDown(ring, ringMask, ringRow, rows.starts[y], count, pairs, rows.bits, out);
    result.set(bytes.subarray(out, out + rowBytes), y * rowBytes);
  }
  return result;
}

/** Where blocks of these many bytes begin, one after the other; the memory has room for all of them then. */
function place(memory: WebAssembly.Memory, sizes: readonly number[]): number[] {
  let end = 0;
  const pointers = sizes.map((size) => {
    const pointer = end;
    end += aligned(size);
    return pointer;
  });
  const missing = end - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
  return pointers;
}

function aligned(size: number): number {
  return Math.ceil(size / 16) * 16;
}

function endOf({ starts, counts }: FixedPointWeights, position: number): number {
  return starts[position] + counts[position];
}
