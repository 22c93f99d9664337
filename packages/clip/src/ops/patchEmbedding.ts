// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { CLIPKernel } from './contracts.js';
import { dispatch } from './dispatch.js';

/**
 * Pixels to tokens: each patch × kernel, the class token in front, positions added. Dosovitskiy et al. 2021, eq. 1.
 * Pixels beyond the last whole patch are left out, as by a convolution with stride = patch and no padding; it is
 * written as a matmul because the gradient of tfjs's conv2d needs a kernel that wasm lacks.
 *
 * @param pixelValues [batch, channels, height, width]
 * @param kernel [patch, patch, channels, hiddenSize]
 * @param classEmbedding [hiddenSize]
 * @param positionEmbedding [patches + 1, hiddenSize]
 * @returns [batch, patches + 1, hiddenSize]
 */
export function patchEmbedding(
  pixelValues: tf.Tensor4D,
  kernel: tf.Tensor,
  classEmbedding: tf.Tensor,
  positionEmbedding: tf.Tensor,
): tf.Tensor3D {
  const inputs = { pixelValues, kernel, classEmbedding, positionEmbedding };
  return dispatch(CLIPKernel.PatchEmbedding, inputs, {}, () => {
    const [patchSize, , channels, hiddenSize] = kernel.shape as number[];
    const batch = pixelValues.shape[0];
    const patches = toPatches(pixelValues, patchSize); // [batch · patches, patch · patch · channels]
    const flatKernel = tf.reshape(kernel, [patchSize * patchSize * channels, hiddenSize]);
    const tokens = tf.reshape(tf.matMul(patches, flatKernel), [batch, -1, hiddenSize]);
    const classTokens = tf.tile(tf.reshape(classEmbedding, [1, 1, hiddenSize]), [batch, 1, 1]);
    return tf.add(tf.concat([classTokens, tokens], 1), tf.expandDims(positionEmbedding, 0));
  }) as tf.Tensor3D;
}

function toPatches(pixelValues: tf.Tensor4D, patchSize: number): tf.Tensor2D {
  const [batch, channels, height, width] = pixelValues.shape;
  const [rows, columns] = [Math.floor(height / patchSize), Math.floor(width / patchSize)];
  const whole =
    rows * patchSize === height && columns * patchSize === width
      ? pixelValues
      : tf.slice(pixelValues, [0, 0, 0, 0], [batch, channels, rows * patchSize, columns * patchSize]);
  const grid = tf.reshape(whole, [batch, channels, rows, patchSize, columns, patchSize]);
  const patches = tf.transpose(grid, [0, 2, 4, 3, 5, 1]);
  return tf.reshape(patches, [batch * rows * columns, patchSize * patchSize * channels]);
}
