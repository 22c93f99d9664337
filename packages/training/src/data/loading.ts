// SPDX-License-Identifier: Apache-2.0
/**
 * Reads and decodes the pictures of batches ahead of their use, and gives them in order. A training step may keep this thread
 * busy from its begin to its end; so what is ahead is with the decoder's threads before a batch is handed out.
 */
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

interface Loading {
  /** Done when all pictures are read and handed to the decoder. */
  read: Promise<unknown>;
  loaded: Promise<LoadedPlace[]>;
}

/** Files that are open at a time. */
const OPEN_FILES = 32;

/** @param ahead how many batches are loaded before the one before them is taken */
export async function* loadAhead(
  batches: AsyncIterable<Place[]>,
  decoder: PictureDecoder,
  epoch: number,
  ahead: number,
): AsyncGenerator<LoadedPlace[]> {
  const inTurn = concurrency(OPEN_FILES);
  const loading: Loading[] = [];
  let isEnded = false;
  const read = (record: ImageTextRecord) =>
    inTurn(async () => {
      if (isEnded) throw new Error('Nobody waits for it.');
      return record.readImage();
    }).catch((error: Error) => error.message);
  const next = async () => {
    const batch = await loading.shift()!.loaded;
    await Promise.all(loading.map((later) => later.read));
    return batch;
  };
  try {
    for await (const places of batches) {
      loading.push(begin(places, read, decoder, epoch));
      if (loading.length > ahead) yield await next();
    }
    while (loading.length > 0) yield await next();
  } finally {
    isEnded = true;
  }
}

function begin(
  places: Place[],
  read: (record: ImageTextRecord) => Promise<Uint8Array | string>,
  decoder: PictureDecoder,
  epoch: number,
): Loading {
  const reads: Promise<unknown>[] = [];
  const loads = places.map(async (place) => {
    if (isBroken(place)) return place;
    const reading = read(place);
    reads.push(reading);
    return decode(place, await reading, decoder, epoch);
  });
  const loaded = Promise.all(loads);
  loaded.catch(() => {}); // told when it is this batch's turn, if that comes
  return { read: Promise.all(reads), loaded };
}

async function decode(
  record: ImageTextRecord,
  bytes: Uint8Array | string,
  decoder: PictureDecoder,
  epoch: number,
): Promise<LoadedPlace> {
  const { key } = record;
  if (typeof bytes === 'string') return { key, problem: bytes };
  const decoded = await decoder.decode({ key, epoch, bytes });
  return 'problem' in decoded ? { key, problem: decoded.problem } : { record, ...decoded };
}
