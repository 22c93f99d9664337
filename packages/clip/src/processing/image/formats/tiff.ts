// SPDX-License-Identifier: Apache-2.0
/** The first picture of a TIFF, read as Pillow reads it: strips and tiles, chunky and planar, the usual compressions. */
import { ByteReader } from '../byteReader.js';
import { readOrientation } from '../orientation.js';
import { fromRgba } from '../rawImage.js';
import { BrokenImage, type ImageFormat, type ImageHeader, TRUNCATED } from './imageFormat.js';
import { COMPRESSION, decompress, FAX_COMPRESSIONS, undoPrediction } from './tiffCompression.js';
import { readFax } from './tiffFax.js';
import { readJpegBlocks } from './tiffJpeg.js';
import { type TiffLayout, tiffLayout } from './tiffLayout.js';
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

const { none, lzw, jpeg, deflate, packBits } = COMPRESSION;

export const tiff: ImageFormat<TiffHeader> = {
  name: 'TIFF',
  matches: (bytes) => ['II*\0', 'MM\0*'].includes(String.fromCharCode(...bytes.subarray(0, 4))),
  readHeader,
  async decode(bytes, header, codecs) {
    const { tags, layout, compression, width, height } = header;
    if (header.jimpAgrees && codecs.jimp) {
      const bitmap = await codecs.jimp(bytes).catch(() => null);
      if (bitmap) return fromRgba(bitmap, layout.colours === 'grey' ? 1 : 3);
    }
    if (compression === jpeg) return readJpegBlocks(bytes, header, tiffBlocks(header), codecs);
    const isFax = FAX_COMPRESSIONS.includes(compression);
    const samples = isFax ? await readFax(bytes, header) : await readSamples(bytes, header);
    return tiffPixels(samples, width, height, layout, tags.colorMap ?? []);
  },
};

function readHeader(bytes: Uint8Array): TiffHeader {
  const littleEndian = bytes[0] === 0x49;
  const { tags, hasMorePages } = readTags(new ByteReader(bytes, littleEndian));
  const layout = tiffLayout(tags);
  const header: TiffHeader = {
    width: tags.imageWidth?.[0] ?? 0,
    height: tags.imageLength?.[0] ?? 0,
    orientation: tags.orientation?.[0] ?? readOrientation(null, tags.xmp ? Uint8Array.from(tags.xmp) : null),
    tags,
    layout,
    littleEndian,
    compression: tags.compression?.[0] ?? none,
  };
  // jimp decodes every page, knows no planes, prints while it reads tiles, and fills what a truncated file lacks.
  const isPlain =
    layout.bits === 8 && layout.alpha === 'none' && !layout.isPlanar && layout.sampleFormat === 'unsigned';
  const isComplete = () =>
    tiffBlocks(header).every((block) => block.offset + block.byteCount <= bytes.length);
  header.jimpAgrees =
    isPlain &&
    layout.colours !== 'cmyk' &&
    layout.samples === (layout.colours === 'rgb' ? 3 : 1) &&
    ([none, lzw, deflate, packBits] as number[]).includes(header.compression) &&
    (tags.fillOrder?.[0] ?? 1) === 1 &&
    !tags.tileWidth &&
    !hasMorePages &&
    isComplete();
  return header;
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

async function readSamples(bytes: Uint8Array, header: TiffHeader): Promise<TiffSamples> {
  const { tags, layout, width, height, littleEndian, compression } = header;
  const pixelBits = layout.bits * (layout.isPlanar ? 1 : layout.samples);
  const bytesFor = (pixels: number) => Math.ceil((pixels * pixelBits) / 8);
  const rowBytes = bytesFor(width);
  const planes = Array.from(
    { length: layout.isPlanar ? layout.samples : 1 },
    () => new Uint8Array(rowBytes * height),
  );
  for (const block of tiffBlocks(header)) {
    const blockRowBytes = bytesFor(block.width);
    const length = blockRowBytes * block.height;
    const end = compression === none ? block.offset + length : block.offset + block.byteCount;
    const stored = inFillOrder(bytes.subarray(block.offset, end), tags.fillOrder?.[0] ?? 1);
    const data = await decompress(stored, compression, length);
    const needed = blockRowBytes * Math.min(block.height, height - block.y);
    if (data.length < needed) throw new BrokenImage(TRUNCATED);
    if (tags.predictor?.[0] === 2 && compression !== none)
      undoPrediction(data, blockRowBytes, layout, littleEndian);
    const copied = Math.min(blockRowBytes, rowBytes - bytesFor(block.x));
    for (let y = 0; y * blockRowBytes < needed; y++) {
      const row = data.subarray(y * blockRowBytes, y * blockRowBytes + copied);
      planes[block.plane].set(row, (block.y + y) * rowBytes + bytesFor(block.x));
    }
  }
  return { planes, rowBytes, littleEndian };
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
