// SPDX-License-Identifier: Apache-2.0
/** Every kernel of this package, made known to tfjs. */
import * as tf from '@tensorflow/tfjs';
import { adamW } from './kernels/adamW.js';
import { attention, maskedAttention } from './kernels/attention.js';
import { layerNorm } from './kernels/layerNorm.js';
import { linear } from './kernels/linear.js';
import { matMul } from './kernels/matMul.js';
import { BACKEND } from './nodeKernel.js';

for (const kernel of [linear, layerNorm, attention, maskedAttention, adamW]) tf.registerKernel(kernel);

const stockMatMul = tf.getKernel(tf.BatchMatMul, BACKEND);
if (stockMatMul) {
  tf.unregisterKernel(tf.BatchMatMul, BACKEND);
  tf.registerKernel(matMul(stockMatMul));
}
