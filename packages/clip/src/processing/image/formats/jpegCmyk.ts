// SPDX-License-Identifier: Apache-2.0
/** JPEG with four components, as libjpeg decodes it for Pillow: CMYK or YCCK, stored inverted, as Adobe does. */
import { ByteReader, startsWith } from '../byteReader.js';
import { BrokenImage, UnsupportedImage } from './imageFormat.js';
import { decodeCoefficients } from './jpegCoefficients.js';
import { type Component, type Frame, frameOf } from './jpegFrame.js';
import { componentSamples } from './jpegSamples.js';
import { isStartOfFrame, MARKER, segments } from './jpegSegments.js';

const SOF0 = 0xc0;
const SOF1 = 0xc1;
const SOF2 = 0xc2;

/** Four bytes a pixel: cyan, magenta, yellow, black; 255 is full ink. @throws BrokenImage */
export function decodeCmykJpeg(bytes: Uint8Array): Uint8Array {
  const quantization: Uint16Array[] = [];
  let transform = 0;
  let frame: Frame | null = null;
  for (const { marker, data } of segments(bytes)) {
    if (marker === MARKER.quantization) readQuantization(data, quantization);
    if (marker === MARKER.app14 && startsWith(data, 'Adobe')) transform = data[11] ?? 0;
    if (!isStartOfFrame(marker)) continue;
    if (![SOF0, SOF1, SOF2].includes(marker))
      throw new UnsupportedImage('it is a CMYK picture that is neither baseline nor progressive');
    frame = frameOf(data, marker === SOF2);
  }
  if (!frame) throw new BrokenImage('it has no frame');
  decodeCoefficients(bytes, frame);
  const { width, height } = frame;
  const planes = frame.components.map((component: Component) =>
    componentSamples(component, quantizationOf(component, quantization), frame),
  );
  const out = new Uint8Array(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let c = 0; c < 4; c++) out[pixel * 4 + c] = 255 - planes[c][pixel];
  }
  if (transform !== 0) ycckToCmyk(out);
  return out;
}

/** In place: Y, Cb, Cr, K, already inverted, to C, M, Y, K. */
function ycckToCmyk(data: Uint8Array): void {
  const clamp = (value: number) => Math.max(0, Math.min(255, value));
  for (let i = 0; i < data.length; i += 4) {
    const y = 255 - data[i];
    const cb = 127 - data[i + 1];
    const cr = 127 - data[i + 2];
    // libjpeg gives 255 - RGB, which Pillow inverts.
    data[i] = clamp(y + fixed(1.402 * 65536, cr));
    data[i + 1] = clamp(
      y + ((-Math.round(0.34414 * 65536) * cb - Math.round(0.71414 * 65536) * cr + 32768) >> 16),
    );
    data[i + 2] = clamp(y + fixed(1.772 * 65536, cb));
  }
}

function fixed(factor: number, value: number): number {
  return (Math.round(factor) * value + 32768) >> 16;
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
