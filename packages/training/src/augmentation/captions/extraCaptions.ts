// SPDX-License-Identifier: Apache-2.0
/** Captions that stand in a file of their own, such as the RSICD project's, which were translated there and back. */
import type { ImageTextDataset, ImageTextRecord } from '../../data/dataset.js';
import { readTextFile, textOf } from '../../data/formats/textFile.js';
import { openDataset } from '../../data/openDataset.js';

/** By the name of a picture's file, or by a record's key. */
export type ExtraCaptions = ReadonlyMap<string, readonly string[]>;

/**
 * From a dataset of any kind that lists the same pictures (RSICD's `textaug_train_rsicd.jsonl`; its pictures are not read), or
 * from a JSON object that gives each file name a caption or a list of them.
 *
 * @param place a path in Node, an address in browsers
 * @throws InvalidArgumentError for a file that is neither
 */
export async function readExtraCaptions(place: string): Promise<ExtraCaptions> {
  const table = /\.json$/i.test(place) ? wholeJSON(textOf(await readTextFile(place))) : null;
  if (isTable(table))
    return new Map(Object.entries(table).map(([name, captions]) => [name, [captions].flat()]));
  const found = new Map<string, string[]>();
  const dataset = await openDataset(place);
  for await (const { key, group, captions } of dataset.records({ epoch: 0, seed: null })) {
    const name = group ?? key;
    found.set(name, [...(found.get(name) ?? []), ...captions]);
  }
  return found;
}

/** Those of a record: by what its file is called, with or without folders, or by its key. */
export function captionsFor(record: ImageTextRecord, extra: ExtraCaptions): readonly string[] {
  return extra.get(nameIn(extra, record) ?? '') ?? [];
}

/** The names in `extra` that no record of the dataset has, whose pictures are not read. */
export async function unmatchedNames(extra: ExtraCaptions, dataset: ImageTextDataset): Promise<string[]> {
  const names = new Set(extra.keys());
  for await (const record of dataset.records({ epoch: 0, seed: null })) {
    names.delete(nameIn(extra, record) ?? '');
    if (names.size === 0) break;
  }
  return [...names];
}

function nameIn(extra: ExtraCaptions, { key, group }: ImageTextRecord): string | undefined {
  const names = group === undefined ? [key] : [group, group.slice(group.lastIndexOf('/') + 1), key];
  return names.find((name) => extra.has(name));
}

/** Null for JSON lines, which some call .json. */
function wholeJSON(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isTable(value: unknown): value is Record<string, string | string[]> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const isText = (item: unknown) => typeof item === 'string';
  return Object.values(value).every((item) => isText(item) || (Array.isArray(item) && item.every(isText)));
}
