// SPDX-License-Identifier: Apache-2.0
import { countTiles, isPossible, TILES, tileColumns, tileRows, usualTile } from './tile.js';

/** The least that WebGPU promises. */
const limits = {
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupSizeY: 256,
  maxComputeWorkgroupStorageSize: 16_384,
};
const graphicsCard = { limits, adapterInfo: { isFallbackAdapter: false } } as GPUDevice;
const processor = { limits, adapterInfo: { isFallbackAdapter: true } } as GPUDevice;

it.each([
  [1, 768, 'flat', 'loop1'],
  [4, 768, 'flat', 'loop4'],
  [8, 768, 'flat', 'loop8'],
  [9, 768, 'medium', 'loop8'],
  [50, 3072, 'medium', 'loop8'],
  [400, 768, 'medium', 'loop8'],
  [1600, 768, 'large', 'loop8'],
])(
  '%d rows of %d columns: tiles called %s on a graphics card, %s on a processor',
  (rows, columns, onCard, onProcessor) => {
    const product = { rows, columns, depth: 768 };
    expect(usualTile(product, graphicsCard)).toBe(onCard);
    expect(usualTile(product, { limits } as GPUDevice)).toBe(onCard);
    expect(usualTile(product, processor)).toBe(onProcessor);
  },
);

it('a device with smaller workgroups has smaller tiles', () => {
  const small = { limits: { ...limits, maxComputeInvocationsPerWorkgroup: 128 } } as GPUDevice;
  expect(usualTile({ rows: 1600, columns: 768, depth: 768 }, small)).toBe('medium');
});

it.each(Object.entries(TILES))('%s fits on every device, and covers a product', (_name, tile) => {
  expect(isPossible(tile, limits as GPUSupportedLimits)).toBe(true);
  const bytes = 4 * tile.depth * (tileRows(tile) + tileColumns(tile));
  expect(bytes).toBeLessThanOrEqual(limits.maxComputeWorkgroupStorageSize);
  const product = { rows: 2 * tileRows(tile) + 1, columns: tileColumns(tile), depth: 1 };
  expect(countTiles(product, tile)).toBe(3);
});
