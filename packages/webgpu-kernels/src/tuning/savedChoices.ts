// SPDX-License-Identifier: Apache-2.0
/**
 * Choices that outlive the program: one JSON file, `{ <device>: { <product>: <tile> } }`. What it holds may be old or
 * anybody's: only tiles that we have, and that the device can run, are taken from it.
 */
import { readText, writeText } from '#tilesFile';
import { isPossible, TILES, type TileName } from '../tile.js';
import type { Choices } from './choices.js';

/** To be raised when a tile becomes another one. */
const VERSION = 1;
const PRODUCT = /^\d{1,10}x\d{1,10}x\d{1,10}$/;

/** Nothing where there is no file, or no telling what device this is. */
export async function loadChoices(device: GPUDevice): Promise<Choices> {
  const name = nameOf(device);
  if (!name) return {};
  const saved = await readAll();
  return Object.hasOwn(saved, name) ? validChoices(saved[name], device) : {};
}

/** Beside those of other devices. A place where nothing can be written is no reason to fail. */
export async function saveChoices(device: GPUDevice, choices: Choices): Promise<void> {
  const name = nameOf(device);
  if (!name) return;
  const all = { ...(await readAll()), [name]: choices };
  await writeText(`${JSON.stringify(all, null, 2)}\n`).catch(() => {});
}

async function readAll(): Promise<Record<string, unknown>> {
  try {
    return objectOr({}, JSON.parse((await readText()) ?? '{}'));
  } catch {
    return {};
  }
}

function validChoices(saved: unknown, { limits }: GPUDevice): Choices {
  const isValid = ([product, tile]: [string, unknown]) =>
    PRODUCT.test(product) &&
    typeof tile === 'string' &&
    Object.hasOwn(TILES, tile) &&
    isPossible(TILES[tile as TileName], limits);
  return Object.fromEntries(Object.entries(objectOr({}, saved)).filter(isValid)) as Choices;
}

function objectOr<T extends object>(otherwise: T, value: unknown): T {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as T) : otherwise;
}

/** Null in browsers where a device does not know its adapter. */
function nameOf({ adapterInfo, limits }: GPUDevice): string | null {
  if (!adapterInfo) return null;
  const { vendor, architecture, device, description } = adapterInfo;
  return [VERSION, vendor, architecture, device, description, limits.maxComputeInvocationsPerWorkgroup].join(
    ' ',
  );
}
