// SPDX-License-Identifier: Apache-2.0
/** Which source positions an output position of a resize sums, and how much each of them counts. */
import type { ResamplingFilter } from './resampling.js';

/** Output position i sums `counts[i]` source positions from `starts[i]` on, weighted by `values[i * stride …]`. */
export interface Weights<Values extends Float64Array | Int32Array = Float64Array> {
  starts: Int32Array;
  counts: Int32Array;
  values: Values;
  stride: number;
}

/** Weights times 2^bits, whole. */
export interface FixedPointWeights extends Weights<Int32Array> {
  bits: number;
}

/** The filter's weights, widened where the picture shrinks, each position's sum 1; `round` is to the precision wanted. */
export function weightsFor(
  inSize: number,
  outSize: number,
  filter: ResamplingFilter,
  round: (x: number) => number = (x) => x,
): Weights {
  const scale = round(inSize / outSize);
  const filterScale = Math.max(scale, 1);
  const inverseScale = 1 / filterScale;
  const support = filter.support * filterScale;
  const stride = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(outSize);
  const counts = new Int32Array(outSize);
  const values = new Float64Array(outSize * stride);
  for (let i = 0; i < outSize; i++) {
    const center = round((i + 0.5) * scale);
    const start = Math.max(Math.trunc(center - support + 0.5), 0);
    const count = Math.min(Math.trunc(center + support + 0.5), inSize) - start;
    let total = 0;
    for (let j = 0; j < count; j++) {
      const weight = round(filter.weight(round((round(j + start - center) + 0.5) * inverseScale)));
      values[i * stride + j] = weight;
      total = round(total + weight);
    }
    if (total !== 0) for (let j = 0; j < count; j++) values[i * stride + j] /= total;
    starts[i] = start;
    counts[i] = count;
  }
  return { starts, counts, values, stride };
}

/** Those of `length` output positions from `first` on. */
export function weightsOfPart(weights: Weights, first: number, length: number): Weights {
  const { starts, counts, values, stride } = weights;
  const end = first + length;
  return {
    starts: starts.subarray(first, end),
    counts: counts.subarray(first, end),
    values: values.subarray(first * stride, end * stride),
    stride,
  };
}

/** Rounded half away from zero. */
export function toFixedPoint(weights: Weights, bits: number): FixedPointWeights {
  const values = new Int32Array(weights.values.length);
  for (let i = 0; i < values.length; i++) {
    const weight = weights.values[i];
    values[i] = Math.trunc(weight * 2 ** bits + (weight < 0 ? -0.5 : 0.5));
  }
  return { ...weights, values, bits };
}
