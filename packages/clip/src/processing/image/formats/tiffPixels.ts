// SPDX-License-Identifier: Apache-2.0
/** From a TIFF's samples to 8-bit pixels, with Pillow's rule for each kind. */
import type { RawImage } from '../rawImage.js';
import { cmykToRgb } from '../toRgb.js';
import type { TiffHeader } from './tiff.js';
import type { TiffLayout } from './tiffLayout.js';

/** The samples of a picture, by plane (one, unless the TIFF is planar) and row. */
export interface TiffSamples {
  planes: Uint8Array[];
  rowBytes: number;
  littleEndian: boolean;
}

export function tiffPixels(stored: TiffSamples, { width, height, layout, tags }: TiffHeader): RawImage {
  const { colours, alpha } = layout;
  /** 16-bit reds, then greens, then blues. */
  const colorMap = tags.colorMap ?? [];
  const inFile = { grey: 1, palette: 1, rgb: 3, cmyk: 4 }[colours];
  const colourChannels = colours === 'palette' ? 3 : inFile;
  const channels = colourChannels + (alpha === 'none' ? 0 : 1);
  const data = new Uint8Array(width * height * channels);
  const sampleAt = sampleReader(stored, layout);
  const toByte = byteRule(layout);
  const entries = colorMap.length / 3;
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < colourChannels; c++) {
        const sample = sampleAt(x, y, colours === 'palette' ? 0 : c);
        data[at + c] =
          colours === 'palette' ? (colorMap[c * entries + sample] ?? sample << 8) >> 8 : toByte(sample);
      }
      if (alpha !== 'none') data[at + colourChannels] = toByte(sampleAt(x, y, inFile));
      if (alpha === 'premultiplied') divideByAlpha(data, at, colourChannels);
      at += channels;
    }
  }
  if (colours === 'cmyk') return cmykToRgb(data, width, height);
  return { data, width, height, channels: channels as RawImage['channels'] };
}

function sampleReader({ planes, rowBytes, littleEndian }: TiffSamples, layout: TiffLayout) {
  const { bits, samples, sampleFormat, isPlanar } = layout;
  const views = planes.map((p) => new DataView(p.buffer, p.byteOffset, p.byteLength));
  return (x: number, y: number, sample: number): number => {
    const plane = isPlanar ? sample : 0;
    const bit = (isPlanar ? x : x * samples + sample) * bits;
    const at = y * rowBytes + (bit >> 3);
    const view = views[plane];
    if (bits === 16)
      return sampleFormat === 'signed' ? view.getInt16(at, littleEndian) : view.getUint16(at, littleEndian);
    if (bits === 32 && sampleFormat === 'float') return view.getFloat32(at, littleEndian);
    if (bits === 32) return view.getInt32(at, littleEndian);
    if (bits === 12)
      return bit & 4 ? ((view.getUint8(at) & 15) << 8) | view.getUint8(at + 1) : view.getUint16(at) >> 4;
    return (view.getUint8(at) >> (8 - bits - (bit & 7))) & (2 ** bits - 1);
  };
}

/** Grey of more than 8 bits is clipped to 0…255, other 16-bit samples keep their high byte. */
function byteRule({ colours, bits, isInverted }: TiffLayout): (sample: number) => number {
  if (bits > 8) return colours === 'grey' ? (v) => Math.max(0, Math.min(255, v)) : (v) => v >> 8;
  const scale = 255 / (2 ** bits - 1);
  return isInverted ? (v) => 255 - v * scale : (v) => v * scale;
}

function divideByAlpha(data: Uint8Array, at: number, colours: number): void {
  const alpha = data[at + colours];
  for (let c = 0; c < colours; c++) {
    data[at + c] = alpha === 0 ? 0 : Math.min(255, Math.trunc((data[at + c] * 255) / alpha));
  }
}
