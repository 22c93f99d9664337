// SPDX-License-Identifier: Apache-2.0
import { chooseTile, countTiles, tileColumns, tileRows } from './tile.js';

/** The least that WebGPU promises. */
const limits = {
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupSizeY: 256,
} as GPUSupportedLimits;

it.each([
  [1, 768, 8, 32],
  [8, 768, 8, 32],
  [9, 768, 32, 32],
  [50, 3072, 32, 32],
  [400, 768, 32, 32],
  [1600, 768, 64, 64],
])('%d rows of %d columns are cut into tiles of %d × %d', (rows, columns, down, across) => {
  const tile = chooseTile(rows, columns, limits);
  expect([tileRows(tile), tileColumns(tile)]).toEqual([down, across]);
  expect(countTiles(rows, columns, tile)).toBe(Math.ceil(rows / down) * Math.ceil(columns / across));
});

it('a device with smaller workgroups has smaller tiles', () => {
  const small = { ...limits, maxComputeInvocationsPerWorkgroup: 128 };
  expect(tileRows(chooseTile(1600, 768, small))).toBe(32);
});
