// SPDX-License-Identifier: Apache-2.0
/** How a matrix product is cut into pieces for workgroups. */

/** left [rows, depth] · right [depth, columns]. */
export interface Product {
  rows: number;
  columns: number;
  depth: number;
}

/** What one workgroup computes, by threads that each keep some sums in registers. None of it changes the result. */
export interface Tile {
  /** Threads side by side. */
  across: number;
  /** Threads one below the other. */
  down: number;
  rowsPerThread: number;
  /** Four columns each, `across` vec4s from one another, so that neighbouring threads read neighbouring vec4s. */
  vectorsPerThread: number;
  /** How much of the inner dimension is in workgroup memory at a time, a multiple of four; 0 where all is read in place. */
  depth: number;
}

/** By the names under which a device's choices are kept (tuning/choices.ts). */
export const TILES = {
  /** For many rows: 64 × 64 by 256 threads, 8 KiB. */
  large: { across: 16, down: 16, rowsPerThread: 4, vectorsPerThread: 1, depth: 16 },
  /** 64 × 64 by 64 threads, 8 KiB: where there are many registers. */
  heavy: { across: 8, down: 8, rowsPerThread: 8, vectorsPerThread: 2, depth: 16 },
  /** 32 × 32 by 64 threads, 8 KiB. */
  medium: { across: 8, down: 8, rowsPerThread: 4, vectorsPerThread: 1, depth: 32 },
  /** For up to eight rows, as projections of a few embeddings have: 8 × 32 by 64 threads, 5 KiB. */
  flat: { across: 8, down: 8, rowsPerThread: 1, vectorsPerThread: 1, depth: 32 },
  /** 8 × 128 by 16 threads. Without barriers, for processors: they run a workgroup as a loop, and have caches of their own. */
  loop8: { across: 16, down: 1, rowsPerThread: 8, vectorsPerThread: 2, depth: 0 },
  loop4: { across: 16, down: 1, rowsPerThread: 4, vectorsPerThread: 2, depth: 0 },
  loop1: { across: 16, down: 1, rowsPerThread: 1, vectorsPerThread: 1, depth: 0 },
} as const satisfies Record<string, Tile>;

export type TileName = keyof typeof TILES;

/** Fewer workgroups than this leave much of a large device idle. */
const ENOUGH_WORKGROUPS = 128;

/** What is good for most devices of a kind: what nobody has measured on this one. */
export function usualTile(product: Product, device: GPUDevice): TileName {
  const { rows } = product;
  if (isProcessor(device)) return rows === 1 ? 'loop1' : rows <= 4 ? 'loop4' : 'loop8';
  if (rows <= tileRows(TILES.flat)) return 'flat';
  const isLarge = countTiles(product, TILES.large) >= ENOUGH_WORKGROUPS;
  return isLarge && isPossible(TILES.large, device.limits) ? 'large' : 'medium';
}

/** Whether the adapter is a program, such as SwiftShader. A device does not know its adapter in older browsers. */
export function isProcessor(device: GPUDevice): boolean {
  return device.adapterInfo?.isFallbackAdapter ?? false;
}

export function isPossible({ across, down }: Tile, limits: GPUSupportedLimits): boolean {
  return (
    limits.maxComputeInvocationsPerWorkgroup >= across * down &&
    limits.maxComputeWorkgroupSizeX >= across &&
    limits.maxComputeWorkgroupSizeY >= down
  );
}

export function countTiles({ rows, columns }: Product, tile: Tile): number {
  return Math.ceil(rows / tileRows(tile)) * Math.ceil(columns / tileColumns(tile));
}

export function tileRows({ down, rowsPerThread }: Tile): number {
  return down * rowsPerThread;
}

export function tileColumns({ across, vectorsPerThread }: Tile): number {
  return 4 * across * vectorsPerThread;
}
