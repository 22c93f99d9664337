// SPDX-License-Identifier: Apache-2.0
/** Opens a dataset of whatever format it is. */

import { InvalidArgumentError } from 'tfjs-clip';
import { dataFiles } from '#dataFiles';
import type { FileDataset } from './dataset.js';
import { nameOf, PICTURE } from './files/files.js';
import { isCOCO, isKarpathy, type KarpathyOptions, openCOCO, openKarpathy } from './formats/annotations.js';
import { type CSVOptions, openCSV } from './formats/csv.js';
import { type ClassFolderOptions, openCaptionFiles, openClassFolders } from './formats/folders.js';
import { openJSONRecords } from './formats/jsonRecords.js';
import { openWebDataset, type WebDatasetOptions } from './formats/webDataset.js';

/** Of all formats; those of others than the one that is found are not looked at. */
export interface OpenDatasetOptions
  extends CSVOptions,
    KarpathyOptions,
    ClassFolderOptions,
    WebDatasetOptions {}

/**
 * ```ts
 * const dataset = await openDataset('rsicd/train.jsonl', { imageRoot: 'rsicd/images' });
 * dataset.describe(); // JSON lines, 8734 records, pictures in 'filename', captions in 'captions'
 * ```
 *
 * @param place a table (.csv, .tsv, .txt), JSON (lines, COCO's annotations, Karpathy's splits), shards (`{0000..0123}.tar`),
 *   or a folder: of pictures with .txt files, of a folder for each class, or with a metadata.jsonl or .csv
 * @throws InvalidArgumentError for none of these, and for a file that is not what it seems
 */
export async function openDataset(place: string, options: OpenDatasetOptions = {}): Promise<FileDataset> {
  if (/\.tar$/i.test(place)) return openWebDataset(place, options);
  if ((await dataFiles.kindOf(place)) === 'folder') return openFolder(place, options);
  if (/\.(csv|tsv|txt)$/i.test(place)) return openCSV(place, options);
  if (/\.jsonl$/i.test(place)) return openJSONRecords(place, options);
  if (/\.json$/i.test(place)) return openJSON(place, options);
  throw new InvalidArgumentError(
    (await dataFiles.kindOf(place)) === null
      ? `There is no dataset '${place}': no such file or folder.`
      : `'${place}' is no dataset: accepted are .csv, .tsv, .txt, .jsonl, .json, .tar and folders.`,
  );
}

/** Hugging Face's scripts call JSON lines .json, too. */
async function openJSON(place: string, options: OpenDatasetOptions): Promise<FileDataset> {
  if ((await dataFiles.kindOf(place)) !== 'file') {
    throw new InvalidArgumentError(`There is no dataset '${place}': no such file or folder.`);
  }
  const json = await wholeJSON(place);
  if (isKarpathy(json)) return openKarpathy(place, options);
  if (isCOCO(json)) return openCOCO(place, options);
  return openJSONRecords(place, options);
}

/** Null for JSON lines. */
async function wholeJSON(place: string): Promise<unknown> {
  try {
    return JSON.parse(new TextDecoder().decode(await dataFiles.read(place)));
  } catch {
    return null;
  }
}

async function openFolder(folder: string, options: OpenDatasetOptions): Promise<FileDataset> {
  const files = await dataFiles.list(folder);
  const metadata = files.find((file) => /^metadata\.(jsonl|csv)$/.test(file));
  if (metadata) return openDataset(dataFiles.join(folder, metadata), options);
  const known = new Set(files);
  const pictures = files.filter((file) => PICTURE.test(file));
  if (pictures.some((file) => known.has(file.replace(PICTURE, '.txt')))) return openCaptionFiles(folder);
  if (pictures.some((file) => file.includes('/'))) return openClassFolders(folder, options);
  throw new InvalidArgumentError(
    `The folder ${nameOf(folder)} is no dataset: it has neither pictures with .txt files beside them, nor a folder for ` +
      'each class, nor a metadata.jsonl or metadata.csv.',
  );
}
