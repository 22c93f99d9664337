// SPDX-License-Identifier: Apache-2.0
/**
 * The first picture of a TIFF, read as Pillow reads it: strips and tiles, chunky and planar, the usual compressions. Our own,
 * because utif2, jimp's decoder, reads every page, knows neither planes nor Pillow's rules for deep samples, trusts every
 * count in the file, and fills what a truncated one lacks.
 */
import { ByteReader, startsWith } from '../byteReader.js';
import type { ImageCodecs } from '../imageCodecs.js';
import { readOrientation } from '../orientation.js';
import {
  BrokenImage,
  type ImageFormat,
  type ImageHeader,
  TRUNCATED,
  UnsupportedImage,
} from './imageFormat.js';
import { COMPRESSION, decompress, undoPrediction } from './tiffCompression.js';
import { expandFax, FAX } from './tiffFax.js';
import { expandJpeg } from './tiffJpeg.js';
import { channelsOf, type TiffLayout, tiffLayout } from './tiffLayout.js';
import { type TiffSamples, tiffPixels } from './tiffPixels.js';
import { readTags, type Tags } from './tiffTags.js';

export interface TiffHeader extends ImageHeader {
  tags: Tags;
  layout: TiffLayout;
  littleEndian: boolean;
  compression: number;
}

/** A strip or tile: where it lies in the file and, decompressed, in the picture. */
export interface TiffBlock {
  offset: number;
  byteCount: number;
  x: number;
  y: number;
  width: number;
  height: number;
  plane: number;
}

const { none, lzw, jpeg, deflate, deflateOld } = COMPRESSION;
const FAX_COMPRESSIONS: number[] = Object.values(FAX);
const YCBCR = 6;
/** Pixels of a strip or tile, which may be larger than the picture. */
const LARGEST_BLOCK = 2 ** 28;

export const tiff: ImageFormat<TiffHeader> = {
  name: 'TIFF',
  matches: (bytes) => startsWith(bytes, 'II*\0') || startsWith(bytes, 'MM\0*'),
  readHeader(bytes) {
    const littleEndian = startsWith(bytes, 'II');
    const tags = readTags(new ByteReader(bytes, littleEndian));
    const layout = tiffLayout(tags);
    const compression = tags.compression?.[0] ?? none;
    checkPredictor(tags, layout, compression);
    return {
      width: tags.imageWidth?.[0] ?? 0,
      height: tags.imageLength?.[0] ?? 0,
      orientation:
        tags.orientation?.[0] ?? readOrientation(null, tags.xmp ? Uint8Array.from(tags.xmp) : null),
      channels: channelsOf(layout),
      tags,
      layout,
      littleEndian,
      compression,
    };
  },
  async decode(bytes, header, codecs) {
    return tiffPixels(await readSamples(bytes, header, codecs), header);
  },
};

function checkPredictor(
  { predictor: [predictor] = [1] }: Tags,
  { bits }: TiffLayout,
  compression: number,
): void {
  if (predictor === 1 || !([lzw, deflate, deflateOld] as number[]).includes(compression)) return;
  if (predictor === 2 && [8, 16, 32].includes(bits)) return;
  throw new UnsupportedImage(
    `its predictor is ${predictor} with samples of ${bits} bits, supported is 2 with 8, 16 or 32`,
  );
}

/** @throws BrokenImage if the file says where neither strips nor tiles are, or gives impossible sizes. */
function tiffBlocks({ tags, layout, width, height }: TiffHeader): TiffBlock[] {
  const isTiled = !tags.stripOffsets;
  const offsets = (isTiled ? tags.tileOffsets : tags.stripOffsets) ?? [];
  const byteCounts = (isTiled ? tags.tileByteCounts : tags.stripByteCounts) ?? [];
  const blockWidth = isTiled ? (tags.tileWidth?.[0] ?? 0) : width;
  const blockHeight = isTiled
    ? (tags.tileLength?.[0] ?? 0)
    : Math.min(tags.rowsPerStrip?.[0] ?? height, height);
  if (offsets.length === 0 || !blockWidth || !blockHeight)
    throw new BrokenImage('it does not say where its pixels are');
  if (blockWidth * blockHeight > LARGEST_BLOCK)
    throw new BrokenImage(`its tiles have ${blockWidth} × ${blockHeight} pixels`);
  const across = Math.ceil(width / blockWidth);
  const perPlane = across * Math.ceil(height / blockHeight);
  const count = perPlane * (layout.isPlanar ? layout.samples : 1);
  if (offsets.length < count) throw new BrokenImage(TRUNCATED);
  return Array.from({ length: count }, (_, i) => {
    const inPlane = i % perPlane;
    const y = Math.floor(inPlane / across) * blockHeight;
    return {
      offset: offsets[i],
      byteCount: byteCounts[i] ?? Number.POSITIVE_INFINITY,
      x: (inPlane % across) * blockWidth,
      y,
      width: blockWidth,
      height: isTiled ? blockHeight : Math.min(blockHeight, height - y),
      plane: Math.floor(i / perPlane),
    };
  });
}

async function readSamples(bytes: Uint8Array, header: TiffHeader, codecs: ImageCodecs): Promise<TiffSamples> {
  const { layout, width, height, littleEndian } = header;
  const pixelBits = layout.bits * (layout.isPlanar ? 1 : layout.samples);
  const bytesFor = (pixels: number) => Math.ceil((pixels * pixelBits) / 8);
  const rowBytes = bytesFor(width);
  const planes = Array.from(
    { length: layout.isPlanar ? layout.samples : 1 },
    () => new Uint8Array(rowBytes * height),
  );
  for (const block of tiffBlocks(header)) {
    const blockRowBytes = bytesFor(block.width);
    const data = await readBlock(bytes, header, block, blockRowBytes, codecs);
    const needed = blockRowBytes * Math.min(block.height, height - block.y);
    if (data.length < needed) throw new BrokenImage(TRUNCATED);
    const copied = Math.min(blockRowBytes, rowBytes - bytesFor(block.x));
    for (let y = 0; y * blockRowBytes < needed; y++) {
      const row = data.subarray(y * blockRowBytes, y * blockRowBytes + copied);
      planes[block.plane].set(row, (block.y + y) * rowBytes + bytesFor(block.x));
    }
  }
  return { planes, rowBytes, littleEndian };
}

async function readBlock(
  bytes: Uint8Array,
  header: TiffHeader,
  block: TiffBlock,
  rowBytes: number,
  codecs: ImageCodecs,
): Promise<Uint8Array> {
  const { tags, layout, littleEndian, compression } = header;
  const length = rowBytes * block.height;
  const end = block.offset + (compression === none ? length : block.byteCount);
  const stored = bytes.subarray(block.offset, end);
  const height = Math.min(block.height, header.height - block.y);
  if (compression === jpeg) {
    const expected = {
      isYCbCr: tags.photometric?.[0] === YCBCR,
      width: block.width,
      height,
      greatestHeight: Math.max(block.height, header.height),
      samples: layout.isPlanar ? 1 : layout.samples,
    };
    return expandJpeg(stored, Uint8Array.from(tags.jpegTables ?? []), expected, codecs);
  }
  const inOrder = inFillOrder(stored, tags.fillOrder?.[0] ?? 1);
  if (FAX_COMPRESSIONS.includes(compression)) {
    if (layout.bits * layout.samples !== 1)
      throw new BrokenImage('it has fax compression but more than one bit a pixel');
    return expandFax(inOrder, compression, tags.t4Options?.[0] ?? 0, block.width, height);
  }
  const data = await decompress(inOrder, compression, length);
  if (tags.predictor?.[0] === 2 && compression !== none) undoPrediction(data, rowBytes, layout, littleEndian);
  return data;
}

/** Fill order 2 stores the lowest bit first. */
function inFillOrder(data: Uint8Array, fillOrder: number): Uint8Array {
  if (fillOrder !== 2) return data;
  return data.map((byte) => {
    let reversed = 0;
    for (let bit = 0; bit < 8; bit++) if (byte & (1 << bit)) reversed |= 0x80 >> bit;
    return reversed;
  });
}
