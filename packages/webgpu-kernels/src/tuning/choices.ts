// SPDX-License-Identifier: Apache-2.0
/** Which tile each product is given on a device: the one measured to be fastest there, or what is usual. */
import { type Product, TILES, type Tile, type TileName, usualTile } from '../tile.js';

/** Tiles by `nameOf` a product. */
export type Choices = Record<string, TileName>;

const measured = new WeakMap<GPUDevice, Map<string, TileName>>();
let asked: Map<string, Product> | null = null;

export function chooseTile(product: Product, device: GPUDevice): Tile {
  const name = nameOf(product);
  asked?.set(name, product);
  return TILES[measured.get(device)?.get(name) ?? usualTile(product, device)];
}

/** @param tile null for what is usual */
export function setChoice(device: GPUDevice, product: Product, tile: TileName | null): void {
  if (tile === null) measured.get(device)?.delete(nameOf(product));
  else addChoices(device, { [nameOf(product)]: tile });
}

export function addChoices(device: GPUDevice, choices: Choices): void {
  const all = measured.get(device) ?? new Map<string, TileName>();
  for (const [name, tile] of Object.entries(choices)) all.set(name, tile);
  measured.set(device, all);
}

export function choicesFor(device: GPUDevice): Choices {
  return Object.fromEntries(measured.get(device) ?? []);
}

/** The products that a call asks tiles for, by name. */
export function productsOf(call: () => void): Map<string, Product> {
  const products = new Map<string, Product>();
  asked = products;
  try {
    call();
  } finally {
    asked = null;
  }
  return products;
}

/** Rows, which change with batches and texts, up to the next power of two: what is measured for 50 holds for 64. */
function nameOf({ rows, columns, depth }: Product): string {
  return `${2 ** Math.ceil(Math.log2(rows))}x${columns}x${depth}`;
}
