// SPDX-License-Identifier: Apache-2.0
/** Steps of training, taken in a page and in Node alike. */
import * as tf from '@tensorflow/tfjs';
import type { TFCLIPModel } from 'tfjs-clip';

interface Plain<Shape> {
  shape: Shape;
  values: number[];
}

export interface Given {
  inputIds: Plain<[texts: number, sequence: number]>;
  attentionMask: Plain<[texts: number, sequence: number]>;
  pixelValues: Plain<[images: number, channels: number, height: number, width: number]>;
}

const LEARNING_RATE = 0.05;

/** The contrastive loss before each of `steps` steps of gradient descent, and after them; on the current backend. */
export async function train(model: TFCLIPModel, given: Given, steps: number) {
  const { inputIds, attentionMask, pixelValues } = given;
  const inputs = {
    inputIds: tf.tensor2d(inputIds.values, inputIds.shape, 'int32'),
    attentionMask: tf.tensor2d(attentionMask.values, attentionMask.shape, 'int32'),
    pixelValues: tf.tensor4d(pixelValues.values, pixelValues.shape),
  };
  const optimizer = tf.train.sgd(LEARNING_RATE);
  const before = tf.memory().numTensors;
  const losses: number[] = [];
  const loss = () => model.call(inputs, { training: true, returnLoss: true }).loss!;
  const record = async (value: tf.Scalar) => {
    losses.push((await value.data())[0]);
    value.dispose();
  };
  for (let i = 0; i < steps; i++) await record(optimizer.minimize(loss, true, model.trainableWeights)!);
  await record(tf.tidy(loss));
  const leaked = tf.memory().numTensors - before;
  optimizer.dispose();
  tf.dispose(Object.values(inputs));
  return { losses, leaked };
}
