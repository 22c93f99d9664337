// SPDX-License-Identifier: Apache-2.0
/** Batches of random pictures and texts for `tinyConfig()`, made when they are asked for, always the same. */
import * as tf from '@tensorflow/tfjs';
import { type BatchSource, randomFor, type TrainingBatch } from '@tfjs-clip/training';

const PAIRS = 4;
const IDS = 6;
const PIXELS = 3 * 8 * 8;

export function memoryBatches(batchesPerEpoch: number, isKnown = true): BatchSource {
  return {
    batchesPerEpoch: isKnown ? batchesPerEpoch : null,
    async *batches(epoch, from = 0) {
      for (let batch = from; batch < batchesPerEpoch; batch++) yield batchOf(epoch, batch);
    },
  };
}

function batchOf(epoch: number, batch: number): TrainingBatch {
  const random = randomFor(7, epoch, batch);
  const ids = Array.from({ length: PAIRS * IDS }, (_, i) =>
    i % IDS === IDS - 1 ? 19 : Math.floor(random() * 19),
  );
  const pixels = Float32Array.from({ length: PAIRS * PIXELS }, () => random() * 2 - 1);
  const indices = Int32Array.from({ length: PAIRS }, (_, i) => i);
  return {
    keys: [...indices].map((i) => `${epoch}/${batch}/${i}`),
    inputIds: tf.tensor2d(ids, [PAIRS, IDS], 'int32'),
    attentionMask: tf.ones([PAIRS, IDS], 'int32'),
    pixelValues: tf.tensor4d(pixels, [PAIRS, 3, 8, 8]),
    groupOfText: indices,
    groupOfImage: indices,
  };
}
