// SPDX-License-Identifier: Apache-2.0
/** The two kinds of JSON file that COCO's captions come in: its own annotations, and Karpathy's splits of them. */

import { InvalidArgumentError } from 'tfjs-clip';
import { dataFiles } from '#dataFiles';
import type { FileDataset } from '../dataset.js';
import { nameOf } from '../files/files.js';
import { type Row, TableDataset } from '../tableDataset.js';
import { parseJSON, readTextFile } from './textFile.js';

export interface AnnotationOptions {
  /** Where the pictures are: nothing outside it is read. By default the file's own folder. */
  imageRoot?: string;
}

export interface KarpathyOptions extends AnnotationOptions {
  /** One or several of the file's; by default 'train'. COCO's training pictures are 'train' and 'restval'. */
  split?: string | readonly string[];
}

interface KarpathyImage {
  filename: string;
  filepath?: string;
  split?: string;
  sentences?: { raw: string }[];
}

interface Annotations {
  images: { id: number; file_name: string }[];
  annotations: { image_id: number; caption: string }[];
}

/** `{images: [{id, file_name}], annotations: [{image_id, caption}]}`. @throws InvalidArgumentError */
export async function openCOCO(place: string, options: AnnotationOptions = {}): Promise<FileDataset> {
  const { images, annotations } = checkCOCO(parseJSON(await readTextFile(place), place), place);
  const captions = new Map<number, string[]>();
  for (const { image_id, caption } of annotations) {
    const known = captions.get(image_id);
    if (known) known.push(caption);
    else captions.set(image_id, [caption]);
  }
  const rows = images.map(({ id, file_name }) => ({ image: file_name, captions: captions.get(id) }));
  const found = `COCO annotations, ${images.length} pictures, ${annotations.length} captions`;
  return datasetOfRows(place, found, rows, options);
}

/** `{images: [{filename, filepath?, split, sentences: [{raw}]}]}`. @throws InvalidArgumentError */
export async function openKarpathy(place: string, options: KarpathyOptions = {}): Promise<FileDataset> {
  const { images } = parseJSON(await readTextFile(place), place) as { images: KarpathyImage[] };
  if (!isKarpathy({ images }))
    throw new InvalidArgumentError(`${place} is no file of Karpathy's: ${KARPATHY}.`);
  const wanted = [options.split ?? 'train'].flat();
  const all = [...new Set(images.map(({ split }) => split ?? 'train'))];
  const stranger = wanted.find((split) => !all.includes(split));
  if (stranger !== undefined) {
    throw new InvalidArgumentError(`${place} has no split '${stranger}'; there are ${all.join(', ')}.`);
  }
  const rows = images
    .filter(({ split = 'train' }) => wanted.includes(split))
    .map(({ filename, filepath, sentences = [] }) => ({
      image: filepath ? `${filepath}/${filename}` : filename,
      captions: sentences.map(({ raw }) => raw),
    }));
  const found = `Karpathy's splits, ${rows.length} pictures of ${wanted.join(' and ')}; there are ${all.join(', ')}`;
  return datasetOfRows(place, found, rows, options);
}

export function isKarpathy(json: unknown): boolean {
  const { images } = (json ?? {}) as { images?: KarpathyImage[] };
  return Array.isArray(images) && Array.isArray(images[0]?.sentences);
}

export function isCOCO(json: unknown): boolean {
  const { images, annotations } = (json ?? {}) as Partial<Annotations>;
  return Array.isArray(images) && Array.isArray(annotations);
}

const KARPATHY = 'it has no list of images with sentences';

function checkCOCO(json: unknown, place: string): Annotations {
  if (!isCOCO(json)) {
    throw new InvalidArgumentError(
      `${place} has no COCO annotations: it lacks the lists images and annotations.`,
    );
  }
  return json as Annotations;
}

function datasetOfRows(
  place: string,
  description: string,
  rows: Row[],
  options: AnnotationOptions,
): FileDataset {
  const { imageRoot = dataFiles.folderOf(place) } = options;
  const table = {
    size: rows.length,
    keyOf: (index: number) => String(rows[index].image),
    row: (index: number) => rows[index],
  };
  return new TableDataset(nameOf(place), description, table, (image) =>
    dataFiles.readWithin(imageRoot, image),
  );
}
