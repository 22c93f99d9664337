// SPDX-License-Identifier: Apache-2.0
/** A dataset's records in their places, broken ones with them, so that every batch has the same ones whoever finds them broken. */
import { tooManyBroken } from './broken.js';
import type { BrokenRecord, ImageTextDataset, ImageTextRecord, Pass } from './dataset.js';

export type Place = ImageTextRecord | BrokenRecord;

export function isBroken<Other extends object>(place: Other | BrokenRecord): place is BrokenRecord {
  return 'problem' in place;
}

/** @param mostBroken in one row: nobody reads a million broken records to be told of it at the end */
export async function* placesIn(
  dataset: ImageTextDataset,
  pass: Pass,
  mostBroken: number,
): AsyncGenerator<Place> {
  const broken: BrokenRecord[] = [];
  const keep = (problem: BrokenRecord) => {
    broken.push(problem);
    if (broken.length > mostBroken) throw tooManyBroken(dataset.name, mostBroken, broken);
  };
  for await (const record of dataset.records(pass, keep)) {
    yield* broken.splice(0);
    yield record;
  }
  yield* broken;
}

/** The last one may be smaller. */
export async function* inBatches<Item>(items: AsyncIterable<Item>, size: number): AsyncGenerator<Item[]> {
  let batch: Item[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
