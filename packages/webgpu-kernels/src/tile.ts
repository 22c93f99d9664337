// SPDX-License-Identifier: Apache-2.0
/** How a matrix product is cut into pieces for workgroups. */

/** What one workgroup computes, by threads that have four columns of some rows each. */
export interface Tile {
  /** Threads side by side. */
  across: number;
  /** Threads one below the other. */
  down: number;
  rowsPerThread: number;
  /** How much of the inner dimension is held in workgroup memory at a time, a multiple of four. */
  depth: number;
}

/** For many rows: 64 × 64 by 256 threads, 8 KiB. */
const LARGE: Tile = { across: 16, down: 16, rowsPerThread: 4, depth: 16 };
/** 32 × 32 by 64 threads, 8 KiB. */
const MEDIUM: Tile = { across: 8, down: 8, rowsPerThread: 4, depth: 32 };
/** For up to eight rows, as projections of a few embeddings have: 8 × 32 by 64 threads, 5 KiB. */
const FLAT: Tile = { across: 8, down: 8, rowsPerThread: 1, depth: 32 };

/** Fewer workgroups than this leave much of a large device idle. */
const ENOUGH_WORKGROUPS = 128;

export function chooseTile(rows: number, columns: number, limits: GPUSupportedLimits): Tile {
  if (rows <= tileRows(FLAT)) return FLAT;
  const isPossible =
    limits.maxComputeInvocationsPerWorkgroup >= LARGE.across * LARGE.down &&
    limits.maxComputeWorkgroupSizeX >= LARGE.across &&
    limits.maxComputeWorkgroupSizeY >= LARGE.down;
  return isPossible && countTiles(rows, columns, LARGE) >= ENOUGH_WORKGROUPS ? LARGE : MEDIUM;
}

export function countTiles(rows: number, columns: number, tile: Tile): number {
  return Math.ceil(rows / tileRows(tile)) * Math.ceil(columns / tileColumns(tile));
}

export function tileRows({ down, rowsPerThread }: Tile): number {
  return down * rowsPerThread;
}

export function tileColumns({ across }: Tile): number {
  return 4 * across;
}
