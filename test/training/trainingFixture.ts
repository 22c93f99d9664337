// SPDX-License-Identifier: Apache-2.0
/** The steps that torch took on a tiny CLIP: test/python/make_training.py. */
import type * as tf from '@tensorflow/tfjs';
import type { TrainingBatch } from '@tfjs-clip/training';
import { Fixture } from '../harness/fixture.js';

export const STEPS = 25;
const BATCHES = 3;

export function readSteps(file = 'adamw'): Promise<Fixture> {
  return Fixture.open(`training/${file}.safetensors`);
}

/** The batch of a step, the caller's to dispose. */
export function batchOf(recorded: Fixture, step: number): TrainingBatch {
  const { inputIds, attentionMask, pixelValues } = recorded.inputs(`batch.${step % BATCHES}`);
  const [pairs] = inputIds.shape;
  const indices = Int32Array.from({ length: pairs }, (_, i) => i);
  return {
    keys: [...indices].map(String),
    inputIds,
    attentionMask: attentionMask as tf.Tensor2D,
    pixelValues,
    groupOfText: indices,
    groupOfImage: indices,
  };
}
