// SPDX-License-Identifier: Apache-2.0
/**
 * JPEG, baseline and progressive, to the samples of its components before any conversion of colours, with libjpeg-turbo's
 * arithmetic. For what mozjpeg refuses (four components) or smooths in another way (4:4:0); jpeg-js, jimp's decoder, is off
 * by up to 46 levels.
 */
import { ByteReader, startsWith } from '../byteReader.js';
import { BrokenImage } from './imageFormat.js';
import { decodeCoefficients } from './jpegCoefficients.js';
import { type Component, type Frame, frameOf } from './jpegFrame.js';
import { componentSamples } from './jpegSamples.js';
import { isStartOfFrame, MARKER, segments } from './jpegSegments.js';

export interface JpegPlanes {
  width: number;
  height: number;
  /** One byte a pixel, by component. */
  planes: Uint8Array[];
  /** Whether the first three are luma and chroma, as libjpeg guesses it from the markers. */
  isYcc: boolean;
}

/** @throws BrokenImage */
export function decodePlanes(bytes: Uint8Array): JpegPlanes {
  const quantization: Uint16Array[] = [];
  let frame: Frame | null = null;
  let hasJfif = false;
  let adobeTransform: number | null = null;
  for (const { marker, data } of segments(bytes)) {
    if (marker === MARKER.quantization) readQuantization(data, quantization);
    if (marker === MARKER.app0 && startsWith(data, 'JFIF\0')) hasJfif = true;
    if (marker === MARKER.app14 && startsWith(data, 'Adobe')) adobeTransform = data[11] ?? 0;
    if (isStartOfFrame(marker)) frame = frameOf(data, marker === MARKER.progressive);
  }
  if (!frame) throw new BrokenImage('it has no frame');
  decodeCoefficients(bytes, frame);
  const planes = frame.components.map((component: Component) =>
    componentSamples(component, quantizationOf(component, quantization), frame),
  );
  return { width: frame.width, height: frame.height, planes, isYcc: isYcc(frame, hasJfif, adobeTransform) };
}

/** In place, the first three planes to red, green and blue. */
export function yccToRgb([luma, blue, red]: Uint8Array[]): void {
  for (let i = 0; i < luma.length; i++) {
    const y = luma[i];
    const cb = blue[i] - 128;
    const cr = red[i] - 128;
    luma[i] = clamp(y + scaled(1.402, cr));
    blue[i] = clamp(y + ((-fixed(0.34414) * cb - fixed(0.71414) * cr + HALF) >> 16));
    red[i] = clamp(y + scaled(1.772, cb));
  }
}

const HALF = 1 << 15;
const fixed = (factor: number) => Math.round(factor * 65536);
const scaled = (factor: number, value: number) => (fixed(factor) * value + HALF) >> 16;
const clamp = (value: number) => Math.max(0, Math.min(255, value));

function isYcc({ components }: Frame, hasJfif: boolean, adobeTransform: number | null): boolean {
  if (components.length === 4) return (adobeTransform ?? 0) !== 0;
  if (components.length !== 3) return false;
  if (hasJfif) return true;
  if (adobeTransform !== null) return adobeTransform !== 0;
  return String.fromCharCode(...components.map(({ id }) => id)) !== 'RGB';
}

/** Tables by their number, in zigzag order. */
function readQuantization(data: Uint8Array, tables: Uint16Array[]): void {
  const reader = new ByteReader(data, false);
  for (let at = 0; at < data.length; ) {
    const [precision, id] = [reader.u8(at) >> 4, reader.u8(at) & 15];
    at++;
    tables[id] = Uint16Array.from({ length: 64 }, (_, i) =>
      precision ? reader.u16(at + i * 2) : reader.u8(at + i),
    );
    at += precision ? 128 : 64;
  }
}

function quantizationOf({ quantizationId }: Component, tables: Uint16Array[]): Uint16Array {
  const table = tables[quantizationId];
  if (!table) throw new BrokenImage(`it lacks quantization table ${quantizationId}`);
  return table;
}
