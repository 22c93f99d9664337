// SPDX-License-Identifier: Apache-2.0
/** Long lists through a model a few rows at a time, so that memory stays small whatever the length. */
import * as tf from '@tensorflow/tfjs';
import { InvalidArgumentError } from '../errors.js';
import { recovering } from '../ops/recovery.js';

export const DEFAULT_BATCH_SIZE = 16;

export function checkBatchSize(batchSize: number): void {
  if (Number.isInteger(batchSize) && batchSize > 0) return;
  throw new InvalidArgumentError(`batchSize is ${batchSize}, but must be a whole number of at least 1.`);
}

/** Consecutive groups of `batchSize` items, the last one shorter. */
export async function* inBatches<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  batchSize: number,
): AsyncGenerator<Item[]> {
  let batch: Item[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/**
 * Concatenates what `forward` makes of each batch along the first axis. Nothing stays allocated when a batch fails.
 *
 * @param progress told after each batch how many items are done
 */
export async function concatBatches<Item>(
  items: Iterable<Item>,
  batchSize: number,
  forward: (batch: Item[]) => tf.Tensor | Promise<tf.Tensor>,
  progress: (done: number) => void = () => {},
): Promise<tf.Tensor> {
  const parts: tf.Tensor[] = [];
  let done = 0;
  try {
    for await (const batch of inBatches(items, batchSize)) {
      parts.push(await forward(batch));
      done += batch.length;
      progress(done);
    }
    return await recovering(() => tf.concat(parts));
  } finally {
    tf.dispose(parts);
  }
}
