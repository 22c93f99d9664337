// SPDX-License-Identifier: Apache-2.0
/** Every kernel of this package, made known to tfjs; on an engine without SIMD none, and tfjs's own ops go on. */
import * as tf from '@tensorflow/tfjs';
import { hasSimd } from './functions.js';
import { attention, maskedAttention } from './kernels/attention.js';
import { identity } from './kernels/identity.js';
import { layerNorm } from './kernels/layerNorm.js';
import { linear } from './kernels/linear.js';
import { matMul } from './kernels/matMul.js';
import { normalizedProjection } from './kernels/normalizedProjection.js';
import { patchEmbedding } from './kernels/patchEmbedding.js';
import { similarity } from './kernels/similarity.js';
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
];

if (hasSimd()) {
  for (const kernel of kernels) tf.registerKernel(kernel);
  replace(tf.BatchMatMul, matMul);
  replace(tf.Identity, identity);
}

function replace(name: string, better: (stock: tf.KernelConfig) => tf.KernelConfig): void {
  const stock = tf.getKernel(name, 'wasm');
  tf.unregisterKernel(name, 'wasm');
  tf.registerKernel(better(stock));
}
