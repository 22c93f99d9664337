// SPDX-License-Identifier: Apache-2.0
/** A tower and made-up inputs for it: what is measured. */
import * as tf from '@tensorflow/tfjs';
import type { TFCLIPModel } from 'tfjs-clip';
import { textFlops, visionFlops } from './flops.js';

export type TowerName = 'vision' | 'text';

/** The same inputs in each run. */
const SEED = 1;

export interface TowerCall {
  tower: TowerName;
  batch: number;
  /** Floating-point operations of the whole batch. */
  flops: number;
  /** The embeddings, the caller's to dispose. */
  forward(): tf.Tensor2D;
  /** Frees the inputs. */
  dispose(): void;
}

/** Inputs as large as the model takes: whole pictures, texts that fill the context. */
export function towerCall(model: TFCLIPModel, tower: TowerName, batch: number): TowerCall {
  return tower === 'vision' ? visionCall(model, batch) : textCall(model, batch);
}

function visionCall(model: TFCLIPModel, batch: number): TowerCall {
  const { numChannels, imageSize } = model.config.visionConfig;
  const shape: [number, number, number, number] = [batch, numChannels, imageSize, imageSize];
  const pixelValues = tf.randomUniform(shape, -2, 2, 'float32', SEED) as tf.Tensor4D;
  return {
    tower: 'vision',
    batch,
    flops: batch * visionFlops(model.config),
    forward: () => model.getImageFeatures({ pixelValues }),
    dispose: () => pixelValues.dispose(),
  };
}

function textCall(model: TFCLIPModel, batch: number): TowerCall {
  const { maxPositionEmbeddings: sequence, vocabSize } = model.config.textConfig;
  const inputIds = tf.randomUniform([batch, sequence], 0, vocabSize, 'int32', SEED) as tf.Tensor2D;
  return {
    tower: 'text',
    batch,
    flops: batch * textFlops(model.config, sequence),
    forward: () => model.getTextFeatures({ inputIds }),
    dispose: () => inputIds.dispose(),
  };
}
