// SPDX-License-Identifier: Apache-2.0
/** A page of small pictures that shows what a model will be trained on, before hours are spent on it. */
import { InvalidArgumentError, type RawImage } from 'tfjs-clip';
import { openTextPainter } from '#textPainter';
import type { BatchOptions } from '../../data/batchOptions.js';
import type { ImageTextDataset } from '../../data/dataset.js';
import { type Drawn, drawnIn, firstRecords } from './drawnRecords.js';
import type { Line, TextPainter } from './textPainter.js';
import { wrapText } from './wrapText.js';

/** As for `batchesOf`: with the same seed the sheet shows what the first epochs do to their first pictures. */
export interface ContactSheetOptions
  extends Omit<BatchOptions, 'batchSize' | 'dropLast' | 'prefetch' | 'workers'> {
  /** Rows. Default 8. */
  pictures?: number;
  /** Epochs, a column each, beside the picture as it is evaluated. Default 4. */
  draws?: number;
}

/**
 * ```ts
 * const png = await contactSheet(dataset, { processor, augmentation: 'rsicd', seed: 1 });
 * ```
 *
 * @returns a PNG: a row for each picture, after augmentation and all that the processor does, with its caption beneath
 * @throws as `batchesOf` does
 */
export async function contactSheet(
  dataset: ImageTextDataset,
  { pictures = 8, draws = 4, ...options }: ContactSheetOptions,
): Promise<Uint8Array> {
  checkCount('pictures', pictures);
  checkCount('draws', draws);
  const records = await firstRecords(dataset, pictures, options);
  const settings = { ...options, batchSize: pictures };
  const columns: Column[] = [await originals(records, settings)];
  if (columns[0].drawn.length === 0) {
    throw new InvalidArgumentError(
      `${dataset.name} has no picture to show: none of its first ${pictures} can be read.`,
    );
  }
  const again = { ...settings, onBroken: () => {} }; // They have been told.
  for (let epoch = 0; epoch < draws; epoch++) {
    columns.push({ title: `epoch ${epoch + 1}`, drawn: await drawnIn(epoch, records, again) });
  }
  return paintSheet(columns, await openTextPainter());
}

interface Column {
  title: string;
  drawn: readonly Drawn[];
}

/** Named by their keys. */
async function originals(records: ImageTextDataset, options: BatchOptions): Promise<Column> {
  const drawn = await drawnIn(0, records, { ...options, augmentation: 'none' });
  return { title: 'as evaluated', drawn: drawn.map(({ key, image }) => ({ key, image, caption: key })) };
}

const GAP = 8;
const LINES = 3;
/** Small pictures are enlarged to about this, in whole pixels. */
const LEAST_SIZE = 160;

function paintSheet(columns: readonly Column[], painter: TextPainter): Promise<Uint8Array> {
  const [{ image: first }] = columns[0].drawn;
  const scale = Math.max(1, Math.round(LEAST_SIZE / Math.max(first.width, first.height)));
  const [cellWidth, cellHeight] = [first.width * scale, first.height * scale];
  const rowHeight = cellHeight + LINES * painter.lineHeight + 2 * GAP;
  const top = painter.lineHeight + 2 * GAP;
  const sheet = blank(GAP + columns.length * (cellWidth + GAP), top + columns[0].drawn.length * rowHeight);
  const lines: Line[] = [];
  for (const [x, { title, drawn }] of columns.entries()) {
    const left = GAP + x * (cellWidth + GAP);
    lines.push({ text: title, left, top: GAP });
    for (const [y, { image, caption }] of drawn.entries()) {
      putEnlarged(sheet, image, left, top + y * rowHeight, scale);
      const below = top + y * rowHeight + cellHeight + GAP / 2;
      for (const [i, text] of wrapText(caption, cellWidth, LINES, painter.widthOf).entries()) {
        lines.push({ text, left, top: below + i * painter.lineHeight });
      }
    }
  }
  return painter.paint(sheet, lines);
}

function blank(width: number, height: number): RawImage {
  return { data: new Uint8Array(4 * width * height).fill(255), width, height, channels: 4 };
}

/** Each pixel as a square of `scale` × `scale`. */
function putEnlarged(sheet: RawImage, image: RawImage, left: number, top: number, scale: number): void {
  for (let y = 0; y < image.height * scale; y++) {
    for (let x = 0; x < image.width * scale; x++) {
      const from = 4 * (Math.floor(y / scale) * image.width + Math.floor(x / scale));
      sheet.data.set(image.data.subarray(from, from + 4), 4 * ((top + y) * sheet.width + left + x));
    }
  }
}

function checkCount(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new InvalidArgumentError(`${name} is ${value}, but must be a whole number of at least 1.`);
}
