// SPDX-License-Identifier: Apache-2.0
/** Steps of our training: forward, backward, clipping and AdamW. trainingStep.py is the same in torch. */
import util from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { AdamW, clipGradients, contrastiveObjective, lossAndGradients, weightsOf } from '@tfjs-clip/training';
import { TFCLIPModel } from 'tfjs-clip';
import { readTrainingBatch } from '../inputs/trainingBatch.mjs';

const PACKAGES = { wasm: '@tensorflow/tfjs-backend-wasm', tensorflow: '@tensorflow/tfjs-node' };

/** @param options `kernels`: packages of ours; `checkpointing` and `chunkSize`: what saves memory */
export default async function createPeer({ backend, kernels = [], checkpointing, chunkSize }) {
  util.isNullOrUndefined ??= (value) => value === null || value === undefined; // Node 23 dropped it; tfjs-node 4.22 calls it.
  await import(PACKAGES[backend]);
  for (const name of kernels) await import(name);
  await tf.setBackend(backend);
  await tf.ready();
  const versions = { '@tensorflow/tfjs': tf.version_core, libtensorflow: tf.backend().binding?.TF_Version };
  return { versions, train: (folder) => train(folder, { checkpointing, chunkSize }) };
}

/** @returns a step, which gives its loss */
async function train(folder, { checkpointing, chunkSize }) {
  const model = await TFCLIPModel.fromPretrained(folder);
  if (checkpointing) model.gradientCheckpointingEnable();
  const trainable = weightsOf(model);
  const optimizer = new AdamW(trainable.parameters, { weightDecay: 0.1 });
  const batches = {};
  return async (pairs) => {
    batches[pairs] ??= tensorsOf(await readTrainingBatch(folder, pairs));
    const { loss, gradients } = lossAndGradients(trainable, batches[pairs], contrastiveObjective(), {
      chunkSize,
    });
    const { clipped, norm } = clipGradients(gradients, 1);
    optimizer.apply(clipped, 1e-5);
    const value = await loss.data();
    await model.layer.logitScale.data(); // The step's last weight: it has all been computed.
    tf.dispose([loss, norm, ...gradients.values(), ...clipped.values()]);
    return value;
  };
}

function tensorsOf({ pairs, sequence, size, ids, pixels }) {
  const indices = Int32Array.from({ length: pairs }, (_, i) => i);
  return {
    keys: [...indices].map(String),
    inputIds: tf.tensor2d(ids, [pairs, sequence], 'int32'),
    attentionMask: tf.ones([pairs, sequence], 'int32'),
    pixelValues: tf.tensor4d(pixels, [pairs, 3, size, size]),
    groupOfText: indices,
    groupOfImage: indices,
  };
}
