// SPDX-License-Identifier: Apache-2.0
/** An op with the fused kernels, against itself composed of tfjs's ops on the cpu backend. */
import * as tf from '@tensorflow/tfjs';
import { leavesNoTensors } from '../harness/leaks.js';

/** Relative to the largest magnitude of an output: both round in float32, in another order. */
export const TOLERANCE = 5e-6;

export interface Values {
  shape: number[];
  dtype: 'float32' | 'int32' | 'bool';
  values: Float32Array | Int32Array | Uint8Array;
}

type Op = (inputs: tf.Tensor[]) => tf.Tensor;

/** `describe`, with a backend current that has the kernels. */
export type DescribeKernels = (name: string, suite: () => void) => void;

let seed = 1;

/** Numbers from −scale to scale: other ones at each call, the same in each run. */
export function random(shape: number[], scale = 1): Values {
  const values = Float32Array.from({ length: sizeOf(shape) }, () => scale * (2 * nextRandom() - 1));
  return { shape, dtype: 'float32', values };
}

/** Integers from 0 to `end` − 1. */
export function randomIntegers(shape: number[], end: number): Values {
  const values = Int32Array.from({ length: sizeOf(shape) }, () => Math.floor(end * nextRandom()));
  return { shape, dtype: 'int32', values };
}

/** Fails unless `op` runs exactly these fused kernels, and gives what it gives on cpu, of the same shape; leaving no tensor. */
export async function matchesComposed(
  inputs: Values[],
  op: Op,
  kernels: string[],
  backend = 'webgpu',
): Promise<void> {
  const compute = (given: tf.Tensor[]) => [tf.tidy(() => op(given))];
  const expected = await evaluate('cpu', inputs, compute);
  const { kernelNames } = await tf.profile(async () => {
    const actual = await evaluate(backend, inputs, compute);
    await expectClose(actual[0], expected[0]);
  });
  expect(kernelNames.filter((name) => name.startsWith('CLIP'))).toEqual(kernels);
}

/** `matchesComposed` on a backend, by its name within tfjs. */
export function matcherOn(backend: string): (inputs: Values[], op: Op, kernels: string[]) => Promise<void> {
  return (inputs, op, kernels) => matchesComposed(inputs, op, kernels, backend);
}

/** Fails unless the gradients with respect to the inputs named, of a weighted sum of `op`'s output, are those on cpu. */
export async function matchesGradients(
  inputs: Values[],
  op: Op,
  which = inputs.map((_, i) => i),
  backend = 'webgpu',
): Promise<void> {
  const differentiate = (given: tf.Tensor[]) =>
    tf.grads((...changed: tf.Tensor[]) => {
      const all = [...given];
      which.forEach((position, i) => {
        all[position] = changed[i];
      });
      const output = op(all);
      const weights = tf.tensor(
        Float32Array.from({ length: output.size }, (_, i) => Math.sin(i)),
        output.shape,
      );
      return tf.sum(tf.mul(output, weights));
    })(which.map((i) => given[i]));
  const expected = await evaluate('cpu', inputs, differentiate);
  const actual = await evaluate(backend, inputs, differentiate);
  for (const i of which.keys()) await expectClose(actual[i], expected[i]);
}

async function expectClose(actual: Values, expected: Values): Promise<void> {
  expect(actual.shape).toEqual(expected.shape);
  await expect(actual.values).toBeCloseToTensor(expected.values, TOLERANCE);
}

async function evaluate(
  backend: string,
  inputs: Values[],
  compute: (given: tf.Tensor[]) => tf.Tensor[],
): Promise<Values[]> {
  await tf.setBackend(backend);
  const results: Values[] = [];
  await leavesNoTensors(async () => {
    const given = inputs.map(({ values, shape, dtype }) => tf.tensor(values, shape, dtype));
    const outputs = compute(given);
    for (const output of outputs) {
      const values = (await output.data()) as Float32Array;
      results.push({ shape: output.shape, dtype: output.dtype as 'float32', values });
    }
    return [given, outputs];
  });
  return results;
}

function sizeOf(shape: number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** From 0 to 1: mulberry32. */
function nextRandom(): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), seed | 1);
  t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
}
