// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { CLIPKernel } from 'tfjs-clip/ops';
import { type AttentionMask, causalMask } from '../../packages/clip/src/ops/attentionMask.js';
import { attend, attentionInputs } from './attend.js';
import { type DescribeKernels, matcherOn, randomIntegers, type Values } from './parity.js';

export function testAttention(describeKernels: DescribeKernels, backend: string): void {
  const matches = matcherOn(backend);

  describeKernels('attention', () => {
    it.each([
      [1, 1, 1, 1],
      [2, 7, 9, 3],
      [33, 3, 8, 2],
      [2, 50, 128, 2],
      [1, 77, 80, 1],
      [1, 197, 12, 2],
      [1, 257, 10, 2],
      [1, 577, 6, 1],
      [1, 6, 160, 1],
      [1, 5, 270, 1],
    ])('of %d × %d states of width %d in %d heads', async (batch, sequence, width, heads) => {
      await matches(attentionInputs(batch, sequence, width), (inputs) => attend(inputs, heads), [
        CLIPKernel.Attention,
      ]);
    });

    it.each([
      [1, 1, 4, 1],
      [2, 7, 9, 3],
      [2, 77, 16, 2],
      [1, 130, 8, 1],
    ])('causal, of %d × %d states of width %d in %d heads', async (batch, sequence, width, heads) => {
      const op = (inputs: tf.Tensor[]) => attend(inputs, heads, causalMask(sequence));
      await matches(attentionInputs(batch, sequence, width), op, [CLIPKernel.Attention]);
    });

    it.each([
      [4, 7, 9, 3],
      [3, 77, 16, 2],
      [2, 130, 8, 1],
      [2, 6, 136, 1],
    ])('masked, of %d × %d states of width %d in %d heads', async (batch, sequence, width, heads) => {
      for (const [i, mask] of [leftPadding, anything].entries()) {
        const inputs = [...attentionInputs(batch, sequence, width), mask(batch, sequence)];
        const op = (given: tf.Tensor[]) =>
          attend(given, heads, masked(sequence, given[7] as tf.Tensor2D, i === 0));
        await matches(inputs, op, [CLIPKernel.MaskedAttention]);
      }
    });
  });
}

/** The first row is all padding, then ever less: causal queries at its positions see nothing. */
function leftPadding(batch: number, sequence: number): Values {
  const values = Int32Array.from({ length: batch * sequence }, (_, i) => {
    const [row, position] = [Math.floor(i / sequence), i % sequence];
    return position >= sequence - (row * sequence) / 2 ? 1 : 0;
  });
  return { shape: [batch, sequence], dtype: 'int32', values };
}

function anything(batch: number, sequence: number): Values {
  return randomIntegers([batch, sequence], 2);
}

/** The mask of a text tower, or the same without its being causal. */
function masked(sequence: number, mask: tf.Tensor2D, causal: boolean): AttentionMask {
  const both = causalMask(sequence, mask);
  const keyMask = both.keyMask as tf.Tensor2D;
  if (causal) return both;
  const bias = tf.where(tf.reshape(keyMask, [-1, 1, 1, sequence]), 0, -3.4e38);
  return { causal: false, keyMask, bias: bias as tf.Tensor4D };
}
