// SPDX-License-Identifier: Apache-2.0
/**
 * A dataset as batches of tensors. Which records a batch has, and every choice made for them, follows from the seed, the epoch
 * and the records' places and keys, whatever the timing of threads: a run that is taken up at a batch goes on with the same
 * ones. So a broken record leaves its place empty, and its batch is that much smaller.
 */

import { InvalidArgumentError } from 'tfjs-clip';
import { openDecoder } from '#decoding';
import type { BatchSource, TrainingBatch } from '../batch.js';
import { randomFor } from '../random.js';
import { type BatchOptions, resolveSettings, type Settings } from './batchOptions.js';
import { BrokenRecords } from './broken.js';
import type { ImageTextDataset, ImageTextRecord } from './dataset.js';
import { KeptDecoder } from './decoding/keptDecoder.js';
import { type LoadedPlace, type LoadedRecord, loadAhead } from './loading.js';
import { inBatches, isBroken, type Place, placesIn } from './places.js';
import { makeBatch } from './tensors.js';

/**
 * ```ts
 * const batches = batchesOf(await openDataset('train.csv'), { processor, batchSize: 64 });
 * await train(weightsOf(model), batches, { epochs: 10, learningRate: 1e-5 });
 * ```
 *
 * Threads that decode stay for the next epoch; `train` closes them, and so does a while without one.
 *
 * @throws InvalidArgumentError for an option that means nothing; while reading, for more than `maxBroken` broken records, and
 *   for a batch in which all are
 */
export function batchesOf(dataset: ImageTextDataset, options: BatchOptions): Required<BatchSource> {
  return new DatasetBatches(dataset, resolveSettings(options));
}

class DatasetBatches implements Required<BatchSource> {
  private readonly decoder: KeptDecoder;

  constructor(
    private readonly dataset: ImageTextDataset,
    private readonly settings: Settings,
  ) {
    const { processor, augmentation, seed, workers } = settings;
    this.decoder = new KeptDecoder(() =>
      openDecoder({ imageProcessor: processor.imageProcessor.toJSON(), augmentation, seed }, workers),
    );
  }

  get batchesPerEpoch(): number | null {
    const { batchSize, dropLast } = this.settings;
    const { size } = this.dataset;
    return size === null ? null : (dropLast ? Math.floor : Math.ceil)(size / batchSize);
  }

  async *batches(epoch: number, from = 0): AsyncGenerator<TrainingBatch> {
    const { prefetch, maxBroken, onBroken } = this.settings;
    const broken = new BrokenRecords(this.dataset.name, maxBroken, onBroken);
    const decoder = this.decoder.acquire();
    let isDone = false;
    let empty: InvalidArgumentError | null = null;
    try {
      for await (const loaded of loadAhead(this.placesFrom(from, epoch), decoder, epoch, prefetch)) {
        if (empty) throw empty; // as the last batch, it could just be left out
        const records = withoutBroken(loaded, broken);
        if (records.length > 0) yield this.toBatch(records, epoch);
        else empty = allBroken(loaded);
      }
      isDone = true;
    } finally {
      await this.decoder.release(isDone);
    }
  }

  close(): Promise<void> {
    return this.decoder.close();
  }

  private async *placesFrom(from: number, epoch: number): AsyncGenerator<Place[]> {
    const { batchSize, dropLast, seed, shuffle, maxBroken } = this.settings;
    const places = placesIn(this.dataset, { epoch, seed: shuffle ? seed : null }, maxBroken);
    let number = 0;
    for await (const batch of inBatches(places, batchSize)) {
      if (number++ >= from && (batch.length === batchSize || !dropLast)) yield batch;
    }
  }

  private toBatch(records: LoadedRecord[], epoch: number): TrainingBatch {
    const captions = records.map(({ record }) => this.captionsFor(record, epoch));
    return makeBatch(records, captions, this.settings.processor.tokenizer, this.settings);
  }

  private captionsFor(record: ImageTextRecord, epoch: number): readonly string[] {
    const { seed, captions, captionAugmentation } = this.settings;
    const random = randomFor(seed, 'caption', epoch, record.key);
    const choice = captionAugmentation?.(record, random) ?? record.captions;
    if (choice.length === 0) {
      throw new InvalidArgumentError(
        `captionAugmentation gives no caption for ${record.key}; give at least one.`,
      );
    }
    return captions === 'all' ? choice : [choice[Math.floor(random() * choice.length)]];
  }
}

function withoutBroken(loaded: readonly LoadedPlace[], broken: BrokenRecords): LoadedRecord[] {
  const records: LoadedRecord[] = [];
  for (const place of loaded) {
    if (isBroken(place)) broken.add(place);
    else records.push(place);
  }
  return records;
}

function allBroken(loaded: readonly LoadedPlace[]): InvalidArgumentError {
  const first = loaded.find(isBroken)!;
  return new InvalidArgumentError(
    `All ${loaded.length} records of a batch are broken; the first is ${first.key}: ${first.problem}.`,
  );
}
