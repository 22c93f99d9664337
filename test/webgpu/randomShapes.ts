// SPDX-License-Identifier: Apache-2.0
/** Products, attention and the rest at sizes drawn at random, the same in each run: for Node and for a page. */
import * as tf from '@tensorflow/tfjs';
import { causalMask } from '../../packages/clip/src/ops/attentionMask.js';
import { layerNorm } from '../../packages/clip/src/ops/layerNorm.js';
import { linear } from '../../packages/clip/src/ops/linear.js';
import { patchEmbedding } from '../../packages/clip/src/ops/patchEmbedding.js';
import { normalizedProjection, similarity } from '../../packages/clip/src/ops/similarity.js';
import { attend, attentionInputs } from '../kernels/attend.js';
import { random, randomIntegers, type Values } from '../kernels/parity.js';

export interface Drawn {
  /** With its sizes, so that a failure can be drawn again. */
  name: string;
  inputs: Values[];
  op: (given: tf.Tensor[]) => tf.Tensor;
}

/** One of each kernel. */
export function draw(): Drawn[] {
  return [drawLayerNorm(), drawLinear(), drawAttention(), drawPatchEmbedding(), drawSimilarity()];
}

function drawLayerNorm(): Drawn {
  const [batch, sequence, width] = [from(1, 33), from(1, 20), from(2, 300)];
  return {
    name: `layer norm of [${batch}, ${sequence}, ${width}]`,
    inputs: [random([batch, sequence, width], 3), random([width]), random([width])],
    op: ([x, gamma, beta]) => layerNorm(x, gamma, beta, 1e-5),
  };
}

function drawLinear(): Drawn {
  const [batch, sequence, inSize, outSize] = [from(1, 33), from(1, 20), from(1, 150), from(1, 150)];
  return {
    name: `linear of [${batch}, ${sequence}], ${inSize} to ${outSize}`,
    inputs: [
      random([batch, sequence, inSize]),
      random([inSize, outSize]),
      random([outSize]),
      random([batch, sequence, outSize]),
    ],
    op: ([x, kernel, bias, residual]) => linear(x, kernel, { bias, residual, activation: 'quick_gelu' }),
  };
}

function drawAttention(): Drawn {
  const [batch, sequence, heads, headSize] = [from(1, 33), from(1, 40), from(1, 4), from(1, 24)];
  const isCausal = from(0, 1) === 1;
  return {
    name: `attention${isCausal ? ', causal and masked,' : ''} of [${batch}, ${sequence}], ${heads} heads of ${headSize}`,
    inputs: [...attentionInputs(batch, sequence, heads * headSize), randomIntegers([batch, sequence], 2)],
    op: (given) =>
      attend(given.slice(0, 7), heads, isCausal ? causalMask(sequence, given[7] as tf.Tensor2D) : undefined),
  };
}

function drawPatchEmbedding(): Drawn {
  const [batch, channels, patch, hidden] = [from(1, 33), from(1, 4), from(1, 9), from(1, 40)];
  const [height, width] = [from(patch, 3 * patch), from(patch, 3 * patch)];
  const tokens = Math.floor(height / patch) * Math.floor(width / patch) + 1;
  return {
    name: `patch embedding of [${batch}, ${channels}, ${height}, ${width}] in patches of ${patch} to ${hidden}`,
    inputs: [
      random([batch, channels, height, width]),
      random([patch, patch, channels, hidden]),
      random([hidden]),
      random([tokens, hidden]),
    ],
    op: ([pixels, kernel, classEmbedding, positions]) =>
      patchEmbedding(pixels as tf.Tensor4D, kernel, classEmbedding, positions),
  };
}

function drawSimilarity(): Drawn {
  const [texts, images, inSize, width] = [from(1, 33), from(1, 33), from(1, 40), from(2, 90)];
  return {
    name: `similarity of ${texts} texts, projected from ${inSize}, and ${images} images, ${width} wide`,
    inputs: [random([texts, inSize]), random([inSize, width]), random([images, width]), random([], 3)],
    op: ([x, kernel, embeddings, scale]) =>
      similarity(normalizedProjection(x as tf.Tensor2D, kernel), embeddings as tf.Tensor2D, scale),
  };
}

function from(least: number, most: number): number {
  return least + (randomIntegers([], most - least + 1).values[0] as number);
}

/** The largest difference that the backend makes, relative to the largest magnitude; NaN where there is none to see. */
export async function largestDifference({ inputs, op }: Drawn, backend: string): Promise<number> {
  const [expected, actual] = [await evaluate(inputs, op, 'cpu'), await evaluate(inputs, op, backend)];
  if (expected.length !== actual.length) return Number.NaN;
  let [difference, magnitude] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
    magnitude = Math.max(magnitude, Math.abs(expected[i]));
  }
  return difference / magnitude;
}

async function evaluate(inputs: Values[], op: Drawn['op'], backend: string): Promise<Float32Array> {
  await tf.setBackend(backend);
  const given = inputs.map(({ values, shape, dtype }) => tf.tensor(values, shape, dtype));
  const output = tf.tidy(() => op(given));
  const values = (await output.data()) as Float32Array;
  tf.dispose([given, output]);
  return values;
}
