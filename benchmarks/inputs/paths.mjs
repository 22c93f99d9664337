// SPDX-License-Identifier: Apache-2.0
/** Where the weights and inputs of the benchmark are kept between runs: about 2 GB, which may be deleted at any time. */
import { fileURLToPath } from 'node:url';

export const CACHE = fileURLToPath(
  new URL('../../node_modules/.cache/tfjs-clip-benchmarks', import.meta.url),
);

/** Folders and files that a peer reads. */
export const PATHS = {
  clip: `${CACHE}/clip`,
  emojiClip: `${CACHE}/emoji-clip`,
  pixels: `${CACHE}/pixels.f32`,
  ids: `${CACHE}/ids.i32`,
  captions: `${CACHE}/captions.json`,
  photos: `${CACHE}/photos`,
  pictures: `${CACHE}/pictures`,
};
