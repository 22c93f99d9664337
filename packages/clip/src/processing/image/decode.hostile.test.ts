// SPDX-License-Identifier: Apache-2.0
/** Hostile files: damaged ones of every format are a picture or an ImageError, soon; files that promise much cost little. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
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
      const whole = read(file);
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

describe('files that expand to far more than they declare', () => {
  const bomb = deflateSync(new Uint8Array(64 * 2 ** 20));

  it('PNG is read as far as its pixels go', async () => {
    const bytes = read('png-rgb8.png');
    const header = bytes.subarray(0, 33);
    const idat = new Uint8Array(12 + bomb.length);
    new DataView(idat.buffer).setUint32(0, bomb.length);
    idat.set(Buffer.from('IDAT'), 4);
    idat.set(bomb, 8);
    const image = await decodeImage(Uint8Array.from([...header, ...idat]), 'X', 1e6);
    expect(image).toMatchObject({ width: 23, height: 17 });
    expect(image.data.every((value) => value === 0)).toBe(true);
  });

  it('TIFF is read as far as its pixels go', async () => {
    const bytes = read('tiff-tiff_adobe_deflate-rgb.tif');
    const file = Uint8Array.from([...bytes, ...bomb]);
    setTag(file, 273, bytes.length);
    setTag(file, 279, bomb.length);
    const image = await decodeImage(file, 'X', 1e6);
    expect(image.data.every((value) => value === 0)).toBe(true);
  });
});

describe('files whose parts disagree on the size', () => {
  it.each<[string, (bytes: Uint8Array) => void, string]>([
    [
      'webp-orientation-6.webp',
      (bytes) => bytes.set([99], 24),
      'X is a broken WebP file: its picture has 23 × 17 pixels where it says 100 × 17. Download or save it again.',
    ],
    [
      'tiff-jpeg-rgb.tif',
      (bytes) => setTag(bytes, 256, 99),
      'X is a broken TIFF file: it has 40 × 33 pixels inside where it says 99 × 33. Download or save it again.',
    ],
    [
      'tiff-tiles.tif',
      (bytes) => setTag(bytes, 322, 2 ** 31),
      'X is a broken TIFF file: its tiles have 2147483648 × 16 pixels. Download or save it again.',
    ],
  ])('%s is refused', async (file, change, message) => {
    const bytes = read(file);
    change(bytes);
    const error = await decodeImage(bytes, 'X', 1e6).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ImageError);
    expect(error.message).toBe(message);
  });
});

function read(file: string): Uint8Array {
  return new Uint8Array(readFileSync(path.join(FOLDER, file)));
}

/** Overwrites the one value of a tag in a little-endian TIFF. */
function setTag(bytes: Uint8Array, tag: number, value: number): void {
  const view = new DataView(bytes.buffer);
  const directory = view.getUint32(4, true);
  for (let i = 0; i < view.getUint16(directory, true); i++) {
    const entry = directory + 2 + i * 12;
    if (view.getUint16(entry, true) !== tag) continue;
    const isShort = view.getUint16(entry + 2, true) === 3;
    if (isShort) view.setUint16(entry + 8, value, true);
    else view.setUint32(entry + 8, value, true);
    return;
  }
  throw new Error(`no tag ${tag}`);
}

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
