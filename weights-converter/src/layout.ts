// SPDX-License-Identifier: Apache-2.0
/**
 * PyTorch's layouts and ours. Linear weights are [out, in] there and kernels [in, out] here; the patch convolution is
 * [hidden, channels, patch, patch] there and [patch, patch, channels, hidden] here; logit_scale is a scalar (HF's TensorFlow
 * files hold [1]). Everything else is the same. Shapes of a wrong rank stay as they are: matching reports them.
 */
import { transpose } from './transpose.js';

export interface LaidOut {
  shape: number[];
  data: Float32Array;
}

type Layout = 'linear' | 'patchConvolution' | 'scalar' | 'same';

/** By the name's last parts, so whatever stands before them. */
const LAYOUTS: [RegExp, Layout][] = [
  [/(?:_proj|_projection|\bfc1|\bfc2|\bclassifier)\.weight$/, 'linear'],
  [/\bpatch_embedding\.weight$/, 'patchConvolution'],
  [/\blogit_scale$/, 'scalar'],
];

/** The shape in our layout of a tensor that PyTorch names `name` and shapes `shape`. */
export function toOurShape(name: string, shape: readonly number[]): number[] {
  const layout = layoutOf(name, shape);
  if (layout === 'linear') return [shape[1], shape[0]];
  if (layout === 'patchConvolution') return [shape[2], shape[3], shape[1], shape[0]];
  return layout === 'scalar' ? [] : [...shape];
}

/** Inverse of toOurShape. */
export function fromOurShape(name: string, shape: readonly number[]): number[] {
  const layout = layoutOf(name, shape);
  if (layout === 'linear') return [shape[1], shape[0]];
  if (layout === 'patchConvolution') return [shape[3], shape[2], shape[0], shape[1]];
  return [...shape];
}

/** `data` itself where the layouts agree, else a new array. */
export function toOurLayout(name: string, shape: readonly number[], data: Float32Array): LaidOut {
  const layout = layoutOf(name, shape);
  const ours = toOurShape(name, shape);
  if (layout === 'linear') return { shape: ours, data: transpose(data, shape[0], shape[1]) };
  if (layout !== 'patchConvolution') return { shape: ours, data };
  const [hidden, channels, height, width] = shape;
  const byChannel = transpose(data, hidden, channels * height * width);
  return { shape: ours, data: swapOuter(byChannel, channels, height * width, hidden) };
}

/** Inverse of toOurLayout. */
export function fromOurLayout(name: string, shape: readonly number[], data: Float32Array): LaidOut {
  const layout = layoutOf(name, shape);
  const theirs = fromOurShape(name, shape);
  if (layout === 'linear') return { shape: theirs, data: transpose(data, shape[0], shape[1]) };
  if (layout !== 'patchConvolution') return { shape: theirs, data };
  const [height, width, channels, hidden] = shape;
  const byChannel = swapOuter(data, height * width, channels, hidden);
  return { shape: theirs, data: transpose(byChannel, channels * height * width, hidden) };
}

/** Whether it is the weight of a linear layer; the shape in either layout. */
export function isLinear(name: string, shape: readonly number[]): boolean {
  return layoutOf(name, shape) === 'linear';
}

function layoutOf(name: string, shape: readonly number[]): Layout {
  const layout = LAYOUTS.find(([pattern]) => pattern.test(name))?.[1] ?? 'same';
  const fits =
    (layout === 'linear' && shape.length === 2) ||
    (layout === 'patchConvolution' && shape.length === 4) ||
    (layout === 'scalar' && shape.length === 1 && shape[0] === 1);
  return fits ? layout : 'same';
}

/** [a, b, row] → [b, a, row]. */
function swapOuter(data: Float32Array, a: number, b: number, row: number): Float32Array {
  const swapped = new Float32Array(data.length);
  for (let i = 0; i < a; i++) {
    for (let j = 0; j < b; j++) {
      const from = (i * b + j) * row;
      swapped.set(data.subarray(from, from + row), (j * a + i) * row);
    }
  }
  return swapped;
}
