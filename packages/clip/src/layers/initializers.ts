// SPDX-License-Identifier: Apache-2.0
/** Initial values of each kind of weight, as HF's TFCLIP has them (`get_initializer` and each class's `build`). */
import type { CLIPTextConfig, CLIPVisionConfig } from '../configuration/index.js';
import { type Random, truncatedNormal } from './random.js';

export type WeightInitializer = (size: number, random: Random) => Float32Array;
type TowerConfig = CLIPTextConfig | CLIPVisionConfig;

export const zeros: WeightInitializer = (size) => new Float32Array(size);
export const ones: WeightInitializer = (size) => new Float32Array(size).fill(1);

export function constant(value: number): WeightInitializer {
  return (size) => new Float32Array(size).fill(value);
}

function normal(stddev: number): WeightInitializer {
  return (size, random) => truncatedNormal(size, stddev, random);
}

/** Token, position and patch embeddings. */
export function embedding({ initializerRange, initializerFactor }: TowerConfig): WeightInitializer {
  return normal(initializerRange * initializerFactor);
}

export function classEmbedding({ hiddenSize, initializerFactor }: TowerConfig): WeightInitializer {
  return normal(hiddenSize ** -0.5 * initializerFactor);
}

/** Query, key and value projections, and the MLP's second layer: scaled down with depth. */
export function residualBranch({
  hiddenSize,
  numHiddenLayers,
  initializerFactor,
}: TowerConfig): WeightInitializer {
  return normal(hiddenSize ** -0.5 * (2 * numHiddenLayers) ** -0.5 * initializerFactor);
}

export function attentionOutput({ hiddenSize, initializerFactor }: TowerConfig): WeightInitializer {
  return normal(hiddenSize ** -0.5 * initializerFactor);
}

export function mlpInput({ hiddenSize, initializerFactor }: TowerConfig): WeightInitializer {
  return normal((2 * hiddenSize) ** -0.5 * initializerFactor);
}

/** The projections into the shared space, and the classifier. */
export function projection(hiddenSize: number, initializerFactor: number): WeightInitializer {
  return normal(hiddenSize ** -0.5 * initializerFactor);
}
