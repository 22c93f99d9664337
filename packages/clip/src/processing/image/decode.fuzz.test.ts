// SPDX-License-Identifier: Apache-2.0
/** Damaged files of every format: each is a picture or an ImageError, soon. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { codecs } from '#imageCodecs';
import { ImageError } from '../../errors.js';
import { decodeImage } from './decode.js';

const FOLDER = path.resolve(__dirname, '../../../../../test/fixtures/images/awkward');
const FORMATS = ['png', 'jpeg', 'webp', 'gif', 'bmp', 'tiff', 'avif'];
const DAMAGED_COPIES = 8;
/** Generous for a busy machine; a hang, or a loop over what the file declares, takes far longer. */
const LONGEST_MS = 3000;
const EDGES = [0, 1, 127, 128, 255];
/** Most of what a decoder trusts stands at the beginning. */
const HEADER = 120;

describe.each(['with jimp', 'without jimp'])('damaged files %s', (way) => {
  const { jimp } = codecs;
  beforeAll(() => {
    if (way === 'without jimp') codecs.jimp = null;
  });
  afterAll(() => {
    codecs.jimp = jimp;
  });

  it.each(FORMATS)('of %s', async (format) => {
    const random = generator(format.length * 1000 + way.length);
    for (const file of readdirSync(FOLDER).filter((name) => name.startsWith(format))) {
      const whole = new Uint8Array(readFileSync(path.join(FOLDER, file)));
      for (let copy = 0; copy < DAMAGED_COPIES; copy++) {
        const started = performance.now();
        const outcome = await decodeImage(damaged(whole, random), file, 1e6).catch((error) => error);
        expect(performance.now() - started).toBeLessThan(LONGEST_MS);
        if (!('data' in outcome)) {
          expect(outcome).toBeInstanceOf(ImageError);
          continue;
        }
        const { data, width, height, channels } = outcome;
        expect(data).toHaveLength(width * height * channels);
      }
    }
  });
});

/** One to six changes: a byte, a bit, four bytes, some bytes left out or repeated, the end cut off. */
function damaged(whole: Uint8Array, random: () => number): Uint8Array {
  let bytes = whole.slice();
  for (let changes = 1 + random() * 6; changes >= 1; changes--) {
    const at = Math.floor(random() * (random() < 0.5 ? Math.min(HEADER, bytes.length) : bytes.length));
    const length = Math.floor(random() * 20);
    const kind = random();
    if (kind < 0.35) bytes[at] = random() * 256;
    else if (kind < 0.5) bytes[at] ^= 1 << (random() * 8);
    else if (kind < 0.7) bytes[at] = EDGES[Math.floor(random() * EDGES.length)];
    else if (kind < 0.78) bytes.fill(random() < 0.5 ? 0 : 255, at, at + 4);
    else if (kind < 0.85) bytes = bytes.slice(0, at + 1);
    else if (kind < 0.92) bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + length)]);
    else bytes = Uint8Array.from([...bytes.subarray(0, at + length), ...bytes.subarray(at)]);
  }
  return bytes;
}

/** Mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t ^= t + Math.imul(t ^ (t >>> 7), 61 | t);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
