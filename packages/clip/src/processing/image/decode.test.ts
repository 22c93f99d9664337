// SPDX-License-Identifier: Apache-2.0
/** Every kind of picture file against Pillow's pixels, with jimp as in Node and without it as in browsers. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { codecs } from '#imageCodecs';
import { ImageError } from '../../errors.js';
import { decodeImage } from './decode.js';
import type { RawImage } from './rawImage.js';
import { toRgb } from './toRgb.js';

interface Expected {
  width: number;
  height: number;
  rgbSha256?: string;
  alphaSha256?: string;
  /** The pixels themselves, in base64, where ours are close and not equal. */
  rgb?: string;
}

const FOLDER = path.resolve(__dirname, '../../../../../test/fixtures/images');
const expected: Record<string, Expected> = JSON.parse(read('expected.json').toString()).pictures;
const LIMIT = 1e6;
/** AVIF: libavif's two builds round the conversion of colours, and smooth halved chroma, in different ways. */
const AVIF_LARGEST = { '4:4:4': 1, '4:2:0': 20 };
const AVIF_MEAN = { '4:4:4': 0.5, '4:2:0': 1 };

describe.each(['with jimp', 'without jimp'])('pictures decoded %s', (way) => {
  const { jimp } = codecs;
  beforeAll(() => {
    if (way === 'without jimp') codecs.jimp = null;
  });
  afterAll(() => {
    codecs.jimp = jimp;
  });

  it.each(Object.keys(expected))('%s has the pixels of Pillow', async (file) => {
    const { width, height, rgb, rgbSha256, alphaSha256 } = expected[file];
    const image = await decodeImage(read(file), file, LIMIT);
    expect([image.width, image.height]).toEqual([width, height]);
    const pixels = toRgb(image).data;
    if (rgb) expectClose(pixels, Buffer.from(rgb, 'base64'), file.includes('420') ? '4:2:0' : '4:4:4');
    else expect(sha256(pixels)).toBe(rgbSha256);
    if (alphaSha256) expect(sha256(alphaOf(image))).toBe(alphaSha256);
  });
});

it.each(['png-grey2-key', 'png-grey16-key', 'png-rgb16-key'])(
  '%s: the colour that PNG calls transparent is, and no other',
  async (name) => {
    const image = await decodeImage(read(`awkward/${name}.png`), name, LIMIT);
    const alpha = alphaOf(image);
    expect(alpha[3 * image.width + 5]).toBe(0);
    expect(new Set(alpha)).toEqual(new Set([0, 255]));
  },
);

describe('what is no picture', () => {
  it.each<[string, Uint8Array, string]>([
    ['an empty file', new Uint8Array(0), 'X is not a picture that can be read: it is empty.'],
    [
      'text',
      bytesOf('Dear Sir or Madam'),
      'X is not a picture that can be read: it begins with 44 65 61 72 20 53 69 72 20 6f 72 20 ("Dear Sir or ").',
    ],
    ['a web page', bytesOf('<!DOCTYPE html><html>'), '("<!DOCTYPE ht"), which looks like a web page.'],
    ['SVG', bytesOf('<?xml version="1.0"?><svg/>'), ', which looks like SVG.'],
    ['JSON', bytesOf('{"error":"not found"}'), ', which looks like JSON.'],
    ['PDF', bytesOf('%PDF-1.7 and more'), ', which looks like a PDF.'],
    ['HEIC', bytesOf('\0\0\0\x18ftypheic\0\0\0\0'), ', which looks like HEIC.'],
    ['BigTIFF', bytesOf('II+\0\x08\0\0\0'), ', which looks like a BigTIFF.'],
  ])('%s is refused with what it looks like', async (_, bytes, sentence) => {
    const error = await errorOf(decodeImage(bytes, 'X', LIMIT));
    expect(error.message).toContain(sentence);
    expect(error.message).toMatch(
      / Accepted are PNG, JPEG, WebP, GIF, BMP, TIFF and AVIF; convert it to one of them\.$/,
    );
  });
});

describe('pictures of impossible size', () => {
  it.each<[string, string, number, number]>([
    ['awkward/png-rgb8.png', 'PNG', 16, 20],
    ['awkward/bmp-24.bmp', 'BMP', 18, 22],
  ])('%s: none and too many pixels are refused by the header', async (file, _, widthAt, heightAt) => {
    const resized = (width: number, height: number) => {
      const bytes = new Uint8Array(read(file));
      const view = new DataView(bytes.buffer);
      const isLittleEndian = file.endsWith('.bmp');
      view.setUint32(widthAt, width, isLittleEndian);
      view.setUint32(heightAt, height, isLittleEndian);
      return bytes;
    };
    expect((await errorOf(decodeImage(resized(0, 5), 'X', LIMIT))).message).toBe(
      'X is 0 pixels wide and 5 high: a picture needs at least one pixel.',
    );
    expect((await errorOf(decodeImage(resized(100_000, 10_000), 'X', 178_956_970))).message).toBe(
      'X is 100000 pixels wide and 10000 high, 1000000000 pixels; the limit is 178956970. Scale it down first, or raise `maxPixels`.',
    );
  });
});

describe('truncated pictures', () => {
  const whole = [
    'png-rgb8.png',
    'png-rgb8-interlaced.png',
    'jpeg-420.jpg',
    'jpeg-cmyk.jpg',
    'webp-lossy-rgb.webp',
    'webp-lossless-rgba.webp',
    'gif-plain.gif',
    'bmp-24.bmp',
    'bmp-8-runs.bmp',
    'tiff-raw-rgb.tif',
    'tiff-tiff_lzw-rgb.tif',
    'tiff-group4.tif',
    'avif-rgb.avif',
  ];
  it.each(whole)('%s, cut anywhere, is an error', async (file) => {
    const bytes = read(`awkward/${file}`);
    for (const part of [0.2, 0.5, 0.8]) {
      const error = await errorOf(decodeImage(bytes.subarray(0, bytes.length * part), 'X', LIMIT));
      expect(error.message).toMatch(/^X is a(n)? (broken .* file: |\w+ file of a kind)/);
    }
  });

  it('says so', async () => {
    const bytes = read('awkward/png-rgb8.png');
    expect((await errorOf(decodeImage(bytes.subarray(0, 200), 'cat.png', LIMIT))).message).toBe(
      'cat.png is a broken PNG file: the file ends before its pixels do. Download or save it again.',
    );
  });
});

it('names the kind of file that is not supported', async () => {
  const bytes = new Uint8Array(read('awkward/jpeg-420.jpg'));
  bytes[bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xc0) + 1] = 0xc9;
  expect((await errorOf(decodeImage(bytes, 'X', LIMIT))).message).toBe(
    'X is a JPEG file of a kind that cannot be read: it is lossless, hierarchical or arithmetic-coded, supported are baseline and progressive. Convert it to 8-bit RGB.',
  );
});

function read(file: string): Buffer {
  return readFileSync(path.join(FOLDER, file));
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function alphaOf({ data, channels }: RawImage): Uint8Array {
  return data.filter((_, i) => i % channels === channels - 1);
}

function expectClose(actual: Uint8Array, wanted: Uint8Array, sampling: '4:4:4' | '4:2:0'): void {
  const differences = Array.from(wanted, (value, i) => Math.abs(actual[i] - value));
  expect(Math.max(...differences)).toBeLessThanOrEqual(AVIF_LARGEST[sampling]);
  const mean = differences.reduce((sum, difference) => sum + difference, 0) / wanted.length;
  expect(mean).toBeLessThanOrEqual(AVIF_MEAN[sampling]);
}

async function errorOf(promise: Promise<unknown>): Promise<ImageError> {
  const error = await promise.then(
    () => null,
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(ImageError);
  return error;
}
