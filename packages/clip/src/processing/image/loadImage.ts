// SPDX-License-Identifier: Apache-2.0
/** Pictures of every kind that a program may have at hand, as upright pixels. */
import type * as tf from '@tensorflow/tfjs';
import { InvalidArgumentError } from '../../errors.js';
import { type BrowserPicture, isBrowserPicture, loadBrowserPicture } from './browserPictures.js';
import { decodeImage } from './decode.js';
import { readPictureFile } from './pictureFiles.js';
import { checkPixelCount, DEFAULT_MAX_PIXELS } from './pixelLimit.js';
import type { FloatImage, RawImage } from './rawImage.js';
import { tagOf } from './tagOf.js';

/** Pixels as `RawImage` has them; four channels unless `channels` says otherwise, so that an `ImageData` is one. */
export interface PixelInput {
  data: Uint8Array | Uint8ClampedArray;
  width: number;
  height: number;
  channels?: number;
}

/**
 * A file by its path (Node), by a file:, http:, https:, data: or blob: address, or relative to the page (browsers); the
 * bytes of a file; an element or bitmap of a browser; pixels. Tensors and floats are the image processor's to read.
 */
export type ImageInput =
  | string
  | URL
  | Uint8Array
  | ArrayBuffer
  | Blob
  | BrowserPicture
  | PixelInput
  | FloatImage
  | tf.Tensor;

export interface LoadImageOptions {
  /** The largest picture accepted, width times height. */
  maxPixels?: number;
  /** Replaces the global `fetch`. */
  fetch?: typeof fetch;
}

/**
 * Decodes what is encoded to Pillow's pixels and turns it upright; pixels are checked and passed on.
 *
 * @throws ImageError for what cannot be read or is no picture, InvalidArgumentError for what no picture can be
 */
export async function loadImage(input: ImageInput, options: LoadImageOptions = {}): Promise<RawImage> {
  const { maxPixels = DEFAULT_MAX_PIXELS, fetch: fetchFile = globalThis.fetch } = options;
  if (!(maxPixels >= 1)) throw new InvalidArgumentError(`maxPixels must be at least 1, got ${maxPixels}.`);
  const fromFile = async (file: string | URL) => {
    const { bytes, name } = await readPictureFile(file, fetchFile);
    return decodeImage(bytes, name, maxPixels);
  };
  if (typeof input === 'string' || input instanceof URL) return fromFile(input);
  const bytes = await encodedBytes(input);
  if (bytes) return decodeImage(bytes, 'The picture', maxPixels);
  if (isBrowserPicture(input)) return loadBrowserPicture(input, maxPixels, fromFile);
  if (isPixels(input)) return checkPixels(input, maxPixels);
  throw new InvalidArgumentError(`A picture is ${ACCEPTED}; got ${describe(input)}.`);
}

const ACCEPTED =
  'a path, an address, the bytes of a file, a Blob, an ImageData, canvas, image element or ImageBitmap, or ' +
  '{ data, width, height, channels } of bytes';

async function encodedBytes(input: unknown): Promise<Uint8Array | null> {
  const tag = tagOf(input);
  if (tag === 'Uint8Array') return input as Uint8Array;
  if (tag === 'ArrayBuffer') return new Uint8Array(input as ArrayBuffer);
  if (tag === 'Blob' || tag === 'File') return new Uint8Array(await (input as Blob).arrayBuffer());
  return null;
}

function isPixels(input: unknown): input is PixelInput {
  const { data } = (input ?? {}) as PixelInput;
  return tagOf(data) === 'Uint8Array' || tagOf(data) === 'Uint8ClampedArray';
}

function checkPixels({ data, width, height, channels = 4 }: PixelInput, maxPixels: number): RawImage {
  if (![width, height].every((size) => Number.isInteger(size) && size >= 0)) {
    throw new InvalidArgumentError(
      `A picture's width and height are whole numbers, got ${width} and ${height}.`,
    );
  }
  if (![1, 2, 3, 4].includes(channels)) {
    throw new InvalidArgumentError(
      `A picture has 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA) channels, got ${channels}.`,
    );
  }
  checkPixelCount(width, height, 'The picture', maxPixels);
  if (data.length !== width * height * channels) {
    throw new InvalidArgumentError(
      `A picture of ${width} × ${height} pixels and ${channels} channels has ${width * height * channels} bytes, got ${data.length}.`,
    );
  }
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { data: bytes, width, height, channels: channels as RawImage['channels'] };
}

function describe(input: unknown): string {
  if (input === null || typeof input !== 'object') return String(input);
  const keys = Object.keys(input).slice(0, 4);
  return tagOf(input) === 'Object'
    ? `an object with ${keys.join(', ') || 'nothing in it'}`
    : `a ${tagOf(input)}`;
}
