// SPDX-License-Identifier: Apache-2.0
/** What is resized, to a short side of 224: a small photograph, and one of a camera's size. */
import { readFile } from 'node:fs/promises';
import { PATHS } from './paths.mjs';

export const PICTURES = {
  '640x480': { width: 640, height: 480 },
  '4000x3000': { width: 4000, height: 3000 },
};

/** @returns {Promise<{data: Uint8Array, width: number, height: number, channels: 3}>} RGB, row by row */
export async function readPicture(name) {
  const data = new Uint8Array(await readFile(`${PATHS.pictures}/${name}.rgb`));
  return { data, ...PICTURES[name], channels: 3 };
}
