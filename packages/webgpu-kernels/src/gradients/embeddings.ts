// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { CLIPKernel } from 'tfjs-clip/ops';
import { gradient } from './gradient.js';

/** Each row of the output's gradient is added to the rows of the tables that it came from. */
export const tokenEmbeddingGradient = gradient(
  CLIPKernel.TokenEmbedding,
  ['ids', 'positions', 'tokenTable', 'positionTable'],
  (dy, [ids, positions, tokenTable, positionTable]) => ({
    tokenTable: () => scatterRows(dy, ids, tokenTable.shape),
    positionTable: () => scatterRows(dy, positions, positionTable.shape),
  }),
);

/** @param indices int32 [batch | 1, sequence] into the rows of a table */
function scatterRows(dy: tf.Tensor, indices: tf.Tensor, tableShape: number[]): tf.Tensor {
  const repeated = indices.shape[0] === 1 && dy.shape[0] > 1;
  const rows = repeated ? tf.sum(dy, 0) : dy;
  return tf.scatterND(
    tf.reshape(indices, [indices.size, 1]),
    tf.reshape(rows, [indices.size, tableShape[1]]),
    tableShape,
  );
}

/** The patches' tokens as a linear layer of their pixels; the class token, then the patches, have positions added. */
export const patchEmbeddingGradient = gradient(
  CLIPKernel.PatchEmbedding,
  ['pixelValues', 'kernel'],
  (dy, [pixelValues, kernel]) => {
    const [batch, tokens, hiddenSize] = dy.shape as [number, number, number];
    const [patchSize, , channels] = kernel.shape as number[];
    const [, , height, width] = pixelValues.shape as number[];
    const [rows, columns] = [Math.floor(height / patchSize), Math.floor(width / patchSize)];
    const [coveredHeight, coveredWidth] = [rows * patchSize, columns * patchSize];
    const depth = patchSize * patchSize * channels;
    const ofPatches = tf.reshape(tf.slice(dy, [0, 1, 0], [batch, tokens - 1, hiddenSize]), [-1, hiddenSize]);
    return {
      pixelValues: () => {
        const patches = tf.matMul(ofPatches, tf.reshape(kernel, [depth, hiddenSize]), false, true);
        const grid = tf.reshape(patches, [batch, rows, columns, patchSize, patchSize, channels]);
        const covered = tf.reshape(tf.transpose(grid, [0, 5, 1, 3, 2, 4]), [
          batch,
          channels,
          coveredHeight,
          coveredWidth,
        ]);
        const beyond: [number, number][] = [
          [0, 0],
          [0, 0],
          [0, height - coveredHeight],
          [0, width - coveredWidth],
        ];
        return tf.pad(covered, beyond);
      },
      kernel: () => {
        const covered = tf.slice(pixelValues, [0, 0, 0, 0], [batch, channels, coveredHeight, coveredWidth]);
        const grid = tf.reshape(covered, [batch, channels, rows, patchSize, columns, patchSize]);
        const patches = tf.reshape(tf.transpose(grid, [0, 2, 4, 3, 5, 1]), [-1, depth]);
        return tf.reshape(tf.matMul(patches, ofPatches, true, false), kernel.shape);
      },
      classEmbedding: () =>
        tf.reshape(tf.sum(tf.slice(dy, [0, 0, 0], [batch, 1, hiddenSize]), 0), [hiddenSize]),
      positionEmbedding: () => tf.sum(dy, 0),
    };
  },
);
