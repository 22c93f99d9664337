// SPDX-License-Identifier: Apache-2.0
/** Every kernel and gradient of this package, made known to tfjs. */
import * as tf from '@tensorflow/tfjs';
import { attention, maskedAttention } from './kernels/attention.js';
import { layerNorm } from './kernels/layerNorm.js';
import { linear } from './kernels/linear.js';

for (const kernel of [layerNorm, linear, attention, maskedAttention]) tf.registerKernel(kernel);
