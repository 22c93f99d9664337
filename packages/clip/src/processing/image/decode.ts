// SPDX-License-Identifier: Apache-2.0
/** From the bytes of a picture file to upright pixels, as Pillow's `ImageOps.exif_transpose(Image.open(file))` gives them. */
import { codecs } from '#imageCodecs';
import { ImageError } from '../../errors.js';
import { describeBytes } from './describeBytes.js';
import { avif } from './formats/avif.js';
import { bmp } from './formats/bmp.js';
import { gif } from './formats/gif.js';
import { BrokenImage, type ImageFormat, type ImageHeader, UnsupportedImage } from './formats/imageFormat.js';
import { jpeg } from './formats/jpeg.js';
import { png } from './formats/png.js';
import { tiff } from './formats/tiff.js';
import { webp } from './formats/webp.js';
import { applyOrientation } from './orientation.js';
import { checkPixelCount } from './pixelLimit.js';
import { fromRgba, type RawImage } from './rawImage.js';

const FORMATS: readonly ImageFormat[] = [png, jpeg, webp, gif, bmp, tiff, avif];

/**
 * `name` is what error messages call the picture.
 *
 * @throws ImageError for bytes that are no picture of a known format, a broken or truncated file, and one that
 *   declares no pixels or more than `maxPixels` (found before anything is allocated for them).
 */
export async function decodeImage(file: Uint8Array, name: string, maxPixels: number): Promise<RawImage> {
  // A Buffer's `slice` is a view; the decoders rely on copies.
  const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
  const format = FORMATS.find(({ matches }) => matches(bytes));
  if (!format)
    throw new ImageError(`${name} is not a picture that can be read: ${describeBytes(bytes)} ${ACCEPTED}`);
  try {
    const header = await format.readHeader(bytes);
    checkPixelCount(header.width, header.height, name, maxPixels);
    return applyOrientation(await decodePixels(format, bytes, header), header.orientation);
  } catch (error) {
    throw explain(error, name, format);
  }
}

async function decodePixels(format: ImageFormat, bytes: Uint8Array, header: ImageHeader): Promise<RawImage> {
  if (header.jimpAgrees && codecs.jimp) {
    const bitmap = await codecs.jimp(bytes).catch(() => null); // what is wrong, our own decoder says better
    if (bitmap) return fromRgba(bitmap, header.channels);
  }
  return format.decode(bytes, header, codecs);
}

function explain(error: unknown, name: string, format: ImageFormat): unknown {
  if (error instanceof ImageError) return error;
  const of = `${name} is a${/^[AEIOU]/.test(format.name) ? 'n' : ''}`;
  if (error instanceof UnsupportedImage) {
    const message = `${of} ${format.name} file of a kind that cannot be read: ${error.message}. Convert it to 8-bit RGB.`;
    return new ImageError(message, { cause: error });
  }
  const reason = error instanceof BrokenImage ? error.message : `the decoder failed (${String(error)})`;
  const message = `${name} is a broken ${format.name} file: ${reason}. Download or save it again.`;
  return new ImageError(message, { cause: error });
}

const ACCEPTED = `Accepted are ${FORMATS.slice(0, -1)
  .map((format) => format.name)
  .join(', ')} and ${FORMATS.at(-1)!.name}; convert it to one of them.`;
