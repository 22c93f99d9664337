// SPDX-License-Identifier: Apache-2.0
import { type Product, TILES, type Tile, usualTile } from '../tile.js';

export function chooseTile(product: Product, device: GPUDevice): Tile {
  return TILES[usualTile(product, device)];
}
