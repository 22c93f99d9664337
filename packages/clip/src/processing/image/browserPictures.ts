// SPDX-License-Identifier: Apache-2.0
/** Pictures that a browser holds: elements, canvases, bitmaps. Where a file lies behind one, it is read for its exact pixels. */
import { ImageError } from '../../errors.js';
import { checkPixelCount } from './pixelLimit.js';
import type { RawImage } from './rawImage.js';
import { tagOf } from './tagOf.js';

export type BrowserPicture =
  | HTMLImageElement
  | HTMLVideoElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | ImageBitmap;

const TAGS = ['HTMLImageElement', 'HTMLVideoElement', 'HTMLCanvasElement', 'OffscreenCanvas', 'ImageBitmap'];

export function isBrowserPicture(input: unknown): input is BrowserPicture {
  return TAGS.includes(tagOf(input));
}

/** @param fromFile loads a picture from its address */
export async function loadBrowserPicture(
  picture: BrowserPicture,
  maxPixels: number,
  fromFile: (address: string) => Promise<RawImage>,
): Promise<RawImage> {
  if (isImageElement(picture)) {
    // Another site may show a picture but not give out its file, and formats that only the browser knows can be drawn.
    const address = picture.currentSrc || picture.src;
    const exact = address ? await fromFile(address).catch(() => null) : null;
    if (exact) return exact;
    await picture.decode().catch((error) => {
      throw new ImageError(`The image element has not loaded '${address}': ${error.message}.`, {
        cause: error,
      });
    });
  }
  const [width, height] = sizeOf(picture);
  checkPixelCount(width, height, `The ${tagOf(picture)}`, maxPixels);
  try {
    const { data } = draw(picture, width, height).getImageData(0, 0, width, height);
    return { data: new Uint8Array(data.buffer), width, height, channels: 4 };
  } catch (error) {
    const message = `The pixels of the ${tagOf(picture)} cannot be read: ${(error as Error).message}`;
    throw new ImageError(message, { cause: error });
  }
}

function isImageElement(picture: BrowserPicture): picture is HTMLImageElement {
  return tagOf(picture) === 'HTMLImageElement';
}

function sizeOf(picture: BrowserPicture): [width: number, height: number] {
  if ('naturalWidth' in picture) return [picture.naturalWidth, picture.naturalHeight];
  if ('videoWidth' in picture) return [picture.videoWidth, picture.videoHeight];
  return [picture.width, picture.height];
}

function draw(picture: BrowserPicture, width: number, height: number) {
  const context = createContext(width, height);
  context.drawImage(picture, 0, 0);
  return context;
}

function createContext(width: number, height: number) {
  if (globalThis.OffscreenCanvas) {
    return new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  }
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  return canvas.getContext('2d', { willReadFrequently: true })!;
}
