// SPDX-License-Identifier: Apache-2.0
/** What the towers read: eight pictures' pixel values and eight texts' ids, of which a batch takes the first. */
import { readFile, writeFile } from 'node:fs/promises';
import { PATHS } from './paths.mjs';
import { seededRandom } from './random.mjs';

/** ViT-B/32, as CLIPConfig makes it when nothing is said. */
export const VISION_TOWER = {
  hiddenSize: 768,
  intermediateSize: 3072,
  numHiddenLayers: 12,
  projectionDim: 512,
  numChannels: 3,
  patchSize: 32,
  gridSize: 7,
};
export const TEXT_TOWER = {
  hiddenSize: 512,
  intermediateSize: 2048,
  numHiddenLayers: 12,
  projectionDim: 512,
};

const LARGEST_BATCH = 8;
export const IMAGE_SIZE = 224;
const PIXELS = 3 * IMAGE_SIZE ** 2;
export const SEQUENCE = 77;
const [START_OF_TEXT, END_OF_TEXT] = [49406, 49407];

export async function writePixels(file) {
  const random = seededRandom(1);
  await writeFile(
    file,
    Float32Array.from({ length: LARGEST_BATCH * PIXELS }, () => 4 * random() - 2),
  );
}

/** As long as a text can be. */
export async function writeIds(file) {
  const random = seededRandom(2);
  const id = (position) => {
    if (position === 0) return START_OF_TEXT;
    return position === SEQUENCE - 1 ? END_OF_TEXT : Math.floor(random() * START_OF_TEXT);
  };
  await writeFile(
    file,
    Int32Array.from({ length: LARGEST_BATCH * SEQUENCE }, (_, i) => id(i % SEQUENCE)),
  );
}

/** @returns {Promise<Float32Array>} [count, 3, IMAGE_SIZE, IMAGE_SIZE] */
export async function readPixels(count) {
  const { buffer } = new Uint8Array(await readFile(PATHS.pixels));
  return new Float32Array(buffer, 0, count * PIXELS);
}

/** @returns {Promise<Int32Array>} [count, SEQUENCE] */
export async function readIds(count) {
  const { buffer } = new Uint8Array(await readFile(PATHS.ids));
  return new Int32Array(buffer, 0, count * SEQUENCE);
}
