// SPDX-License-Identifier: Apache-2.0
/**
 * Position embeddings for pictures of another size: torch's bicubic interpolation (a = −0.75, align_corners=False, no
 * antialiasing) of the square grid of patch positions, as HF's `interpolate_pos_encoding`. Linear in the table, so it is
 * a product with one matrix per axis, and differentiable.
 */
import * as tf from '@tensorflow/tfjs';

const CUBIC_A = -0.75;

/**
 * @param table [1 + gridSize², hiddenSize], the class token's position first
 * @returns [1 + rows · columns, hiddenSize]; the table itself when the grid is already rows × columns
 */
export function interpolatePositions(table: tf.Tensor2D, rows: number, columns: number): tf.Tensor2D {
  const [positions, hiddenSize] = table.shape;
  const gridSize = Math.sqrt(positions - 1);
  if (rows === gridSize && columns === gridSize) return table;
  const classPosition = tf.slice(table, [0, 0], [1, hiddenSize]);
  const grid = tf.reshape(tf.slice(table, [1, 0]), [gridSize, gridSize * hiddenSize]);
  const byRow = tf.matMul(bicubicMatrix(gridSize, rows), grid); // [rows, gridSize · hiddenSize]
  const stacked = tf.reshape(byRow, [rows, gridSize, hiddenSize]);
  const columnMatrix = tf.tile(tf.expandDims(bicubicMatrix(gridSize, columns), 0), [rows, 1, 1]);
  const resized = tf.matMul(columnMatrix, stacked); // [rows, columns, hiddenSize]
  return tf.concat([classPosition, tf.reshape(resized, [rows * columns, hiddenSize])]) as tf.Tensor2D;
}

/** [outputs, inputs]: row i holds the weights of the four inputs around output i, those beyond the edge added to the edge's. */
function bicubicMatrix(inputs: number, outputs: number): tf.Tensor2D {
  const matrix = new Float32Array(outputs * inputs);
  const scale = inputs / outputs;
  for (let i = 0; i < outputs; i++) {
    const center = (i + 0.5) * scale - 0.5;
    const first = Math.floor(center) - 1;
    for (let tap = first; tap < first + 4; tap++) {
      const input = Math.min(Math.max(tap, 0), inputs - 1);
      matrix[i * inputs + input] += cubic(Math.abs(center - tap));
    }
  }
  return tf.tensor2d(matrix, [outputs, inputs]);
}

/** Keys' cubic convolution kernel at a distance of 0 to 2. */
function cubic(x: number): number {
  const a = CUBIC_A;
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
}
