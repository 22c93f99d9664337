// SPDX-License-Identifier: Apache-2.0
/** Reads and decodes the pictures of batches ahead of their use, and gives them in order. */
import { concurrency } from './concurrency.js';
import type { BrokenRecord, ImageTextRecord } from './dataset.js';
import type { PictureDecoder } from './decoding/pictureReader.js';
import { isBroken, type Place } from './places.js';

export interface LoadedRecord {
  record: ImageTextRecord;
  pixels: Float32Array;
  /** [channels, height, width] */
  shape: readonly [number, number, number];
}

export type LoadedPlace = LoadedRecord | BrokenRecord;

/** Pictures that are read and decoded at a time: enough for every thread, and few enough files open. */
const AT_A_TIME = 32;

/** @param ahead how many batches are loaded before the one before them is taken */
export async function* loadAhead(
  batches: AsyncIterable<Place[]>,
  decoder: PictureDecoder,
  epoch: number,
  ahead: number,
): AsyncGenerator<LoadedPlace[]> {
  const inTurn = concurrency(AT_A_TIME);
  const loading: Promise<LoadedPlace[]>[] = [];
  let isEnded = false;
  const load = async (place: Place) => {
    if (isBroken(place)) return place;
    return inTurn(async () => {
      if (isEnded) throw new Error('Nobody waits for it.');
      return loadRecord(place, decoder, epoch);
    });
  };
  try {
    for await (const places of batches) {
      const batch = Promise.all(places.map(load));
      batch.catch(() => {}); // told when it is this batch's turn, if that comes
      loading.push(batch);
      if (loading.length > ahead) yield await loading.shift()!;
    }
    while (loading.length > 0) yield await loading.shift()!;
  } finally {
    isEnded = true;
  }
}

async function loadRecord(
  record: ImageTextRecord,
  decoder: PictureDecoder,
  epoch: number,
): Promise<LoadedPlace> {
  const { key } = record;
  const bytes = await record.readImage().catch((error: Error) => error.message);
  if (typeof bytes === 'string') return { key, problem: bytes };
  const decoded = await decoder.decode({ key, epoch, bytes });
  return 'problem' in decoded ? { key, problem: decoded.problem } : { record, ...decoded };
}
