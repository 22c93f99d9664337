// SPDX-License-Identifier: Apache-2.0
/** A few records as training will show them, epoch by epoch. */
import { InvalidArgumentError, type RawImage } from 'tfjs-clip';
import type { TrainingBatch } from '../../batch.js';
import { batchesOf } from '../../data/batches.js';
import type { BatchOptions } from '../../data/batchOptions.js';
import type { ImageTextDataset, ImageTextRecord } from '../../data/dataset.js';
import { denormalize } from './denormalize.js';

export interface Drawn {
  key: string;
  image: RawImage;
  /** As the tokenizer reads it: lower case, cut to the model's length. */
  caption: string;
}

/** The first records of the first epoch. @throws InvalidArgumentError if there is none */
export async function firstRecords(
  dataset: ImageTextDataset,
  count: number,
  { seed = 0, shuffle = true, onBroken }: Pick<BatchOptions, 'seed' | 'shuffle' | 'onBroken'>,
): Promise<ImageTextDataset> {
  const records: ImageTextRecord[] = [];
  for await (const record of dataset.records({ epoch: 0, seed: shuffle ? seed : null }, onBroken)) {
    if (records.push(record) === count) break;
  }
  if (records.length === 0) throw new InvalidArgumentError(`${dataset.name} has no record that can be read.`);
  return { name: dataset.name, size: records.length, records: () => inOrder(records) };
}

async function* inOrder<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

/** All records of a small dataset, with the choices of an epoch. */
export async function drawnIn(
  epoch: number,
  dataset: ImageTextDataset,
  options: BatchOptions,
): Promise<Drawn[]> {
  const inOneBatch = {
    ...options,
    batchSize: dataset.size!,
    shuffle: false,
    dropLast: false,
    prefetch: 0,
    workers: 0,
  };
  for await (const batch of batchesOf(dataset, inOneBatch).batches(epoch)) {
    try {
      return await readBatch(batch, options);
    } finally {
      for (const tensor of [batch.pixelValues, batch.inputIds, batch.attentionMask]) tensor.dispose();
    }
  }
  return [];
}

async function readBatch(batch: TrainingBatch, { processor, captions }: BatchOptions): Promise<Drawn[]> {
  const [, , height, width] = batch.pixelValues.shape;
  const pixels = (await batch.pixelValues.data()) as Float32Array;
  const ids = (await batch.inputIds.array()) as number[][];
  const texts = processor.tokenizer.batchDecode(ids, {
    skipSpecialTokens: true,
    cleanUpTokenizationSpaces: true,
  });
  const size = 3 * height * width;
  return batch.keys.map((key, i) => {
    const own =
      captions === 'all'
        ? texts.filter((_, t) => batch.groupOfText[t] === batch.groupOfImage[i])
        : [texts[i]];
    const values = pixels.subarray(i * size, (i + 1) * size);
    return {
      key,
      image: denormalize(values, height, width, processor.imageProcessor),
      caption: own.join(' / '),
    };
  });
}
