// SPDX-License-Identifier: Apache-2.0
/** The weights of a resize in the form that assembly/resize.ts reads. */
import type { FixedPointWeights } from './resizeWeights.js';

export interface PackedWeights {
  /** For each output position where its first source position stands, from that of the first one on, and how many pairs. */
  positions: Int32Array;
  /** For each pair of source positions the low halves of both weights, and then the high ones: 16 bits each. */
  pairs: Int32Array;
  /** From the pairs of an output position to those of the next. */
  strideInBytes: number;
}

const LOW_BITS = 15;
const LOW = 2 ** LOW_BITS - 1;

/** @param step from one source position to the next, in whatever `positions` are to be counted in */
export function packWeights(
  { starts, counts, values, stride }: FixedPointWeights,
  step: number,
): PackedWeights {
  const length = starts.length;
  const positions = new Int32Array(length * 2);
  const pairStride = Math.ceil(stride / 2);
  const pairs = new Int32Array(length * pairStride * 2);
  for (let i = 0; i < length; i++) {
    const pairCount = Math.ceil(counts[i] / 2);
    positions[i * 2] = (starts[i] - starts[0]) * step;
    positions[i * 2 + 1] = pairCount;
    for (let pair = 0, at = i * pairStride * 2; pair < pairCount; pair++) {
      const from = i * stride + pair * 2;
      const first = values[from];
      const second = pair * 2 + 1 < counts[i] ? values[from + 1] : 0;
      pairs[at++] = (first & LOW) | ((second & LOW) << 16);
      pairs[at++] = ((first >> LOW_BITS) & 0xffff) | ((second >> LOW_BITS) << 16);
    }
  }
  return { positions, pairs, strideInBytes: pairStride * 8 };
}
