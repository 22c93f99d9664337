// SPDX-License-Identifier: Apache-2.0
/** Where things are on a contact sheet of the bundled model's pictures, whatever wrote it. */
import { CLIPProcessor, loadImage, type RawImage, toRgb } from 'tfjs-clip';

/** The model's pictures are 48 pixels wide, and are shown three times as large. */
const SIDE = 48;
const SCALE = 3;
const GAP = 8;

export interface Cell {
  /** The picture, its enlargement undone; null if that is not possible. */
  levels: Uint8Array | null;
  /** How many pixels are written on, of the lines below the picture. */
  ink: number;
}

export interface Sheet {
  size: [width: number, height: number];
  /** Of the titles. */
  ink: number;
  /** Row by row. */
  cells: Cell[][];
}

/** @param lineHeight of the font that wrote it */
export async function readSheet(
  png: Uint8Array,
  rows: number,
  columns: number,
  lineHeight: number,
): Promise<Sheet> {
  const image = toRgb(await loadImage(png));
  const top = lineHeight + 2 * GAP;
  const rowHeight = SIDE * SCALE + 3 * lineHeight + 2 * GAP;
  const cells = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => {
      const [x, y] = [GAP + column * (SIDE * SCALE + GAP), top + row * rowHeight];
      const below = { left: x, top: y + SIDE * SCALE, width: SIDE * SCALE, height: 3 * lineHeight + GAP };
      return { levels: reduced(image, x, y), ink: inkIn(image, below) };
    }),
  );
  const titles = { left: 0, top: 0, width: image.width, height: top };
  return { size: [image.width, image.height], ink: inkIn(image, titles), cells };
}

/** What the bundled model's processor makes of a picture, as levels. */
export async function asEvaluated(file: string): Promise<Uint8Array> {
  const { imageProcessor } = await CLIPProcessor.fromPretrained('emoji-clip');
  const asLevels = { doRescale: false, doNormalize: false, dataFormat: 'channels_last' } as const;
  const { pixelValues } = await imageProcessor.preprocess(file, { ...asLevels, returnTensors: null });
  return Uint8Array.from(pixelValues[0]);
}

export function mirrored(levels: Uint8Array): Uint8Array {
  return levels.map((_, i) => {
    const [pixel, channel] = [Math.floor(i / 3), i % 3];
    const [row, column] = [Math.floor(pixel / SIDE), pixel % SIDE];
    return levels[(row * SIDE + SIDE - 1 - column) * 3 + channel];
  });
}

function reduced(image: RawImage, left: number, top: number): Uint8Array | null {
  const levels = new Uint8Array(SIDE * SIDE * 3);
  for (let y = 0; y < SIDE * SCALE; y++) {
    for (let x = 0; x < SIDE * SCALE; x++) {
      const from = ((top + y) * image.width + left + x) * 3;
      const to = (Math.floor(y / SCALE) * SIDE + Math.floor(x / SCALE)) * 3;
      const pixel = image.data.subarray(from, from + 3);
      const isFirst = y % SCALE === 0 && x % SCALE === 0;
      if (isFirst) levels.set(pixel, to);
      else if (pixel.some((level, c) => level !== levels[to + c])) return null;
    }
  }
  return levels;
}

interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
}

function inkIn({ data, width: rowLength }: RawImage, { left, top, width, height }: Area): number {
  let dark = 0;
  for (let y = top; y < top + height; y++) {
    for (let x = left; x < left + width; x++) if (data[(y * rowLength + x) * 3] < 128) dark++;
  }
  return dark;
}
