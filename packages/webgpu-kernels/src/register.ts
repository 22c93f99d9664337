// SPDX-License-Identifier: Apache-2.0
/** Every kernel and gradient of this package, made known to tfjs. */
import * as tf from '@tensorflow/tfjs';
import { attentionGradient, maskedAttentionGradient } from './gradients/attention.js';
import { patchEmbeddingGradient, tokenEmbeddingGradient } from './gradients/embeddings.js';
import { layerNormGradient } from './gradients/layerNorm.js';
import { linearGradient } from './gradients/linear.js';
import { normalizedProjectionGradient, similarityGradient } from './gradients/similarity.js';
import { attention, maskedAttention } from './kernels/attention.js';
import { layerNorm } from './kernels/layerNorm.js';
import { linear } from './kernels/linear.js';
import { normalizedProjection } from './kernels/normalizedProjection.js';
import { patchEmbedding } from './kernels/patchEmbedding.js';
import { similarity } from './kernels/similarity.js';
import { similaritySoftmax } from './kernels/similaritySoftmax.js';
import { tokenEmbedding } from './kernels/tokenEmbedding.js';

const kernels = [
  layerNorm,
  linear,
  attention,
  maskedAttention,
  patchEmbedding,
  tokenEmbedding,
  normalizedProjection,
  similarity,
  similaritySoftmax,
];

const gradients = [
  layerNormGradient,
  linearGradient,
  attentionGradient,
  maskedAttentionGradient,
  patchEmbeddingGradient,
  tokenEmbeddingGradient,
  normalizedProjectionGradient,
  similarityGradient,
];

for (const kernel of kernels) tf.registerKernel(kernel);
for (const gradient of gradients) tf.registerGradient(gradient);
