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

/** Both layouts that change do the same: [outer, middle, inner] of PyTorch's is [inner, middle, outer] of ours. */
export interface Turned {
  outer: number;
  middle: number;
  inner: number;
}

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

/** How a tensor is turned that PyTorch names `name` and shapes `shape`; null where the layouts agree. */
export function turnOf(name: string, shape: readonly number[]): Turned | null {
  const layout = layoutOf(name, shape);
  if (layout === 'linear') return { outer: shape[0], middle: 1, inner: shape[1] };
  if (layout !== 'patchConvolution') return null;
  return { outer: shape[0], middle: shape[1], inner: shape[2] * shape[3] };
}

/** Puts some of the outermost rows of PyTorch's layout, from the `first` on, into their places of the whole in ours. */
export function placeRows(
  { outer, middle, inner }: Turned,
  rows: Float32Array,
  first: number,
  target: Float32Array,
): void {
  const count = rows.length / (middle * inner);
  for (let m = 0; m < middle; m++) {
    const from = { data: rows, offset: m * inner, stride: middle * inner };
    transpose(from, count, inner, { data: target, offset: m * outer + first, stride: middle * outer });
  }
}

/** `data` itself where the layouts agree, else a new array. */
export function toOurLayout(name: string, shape: readonly number[], data: Float32Array): LaidOut {
  return { shape: toOurShape(name, shape), data: turned(turnOf(name, shape), data) };
}

/** Inverse of toOurLayout. */
export function fromOurLayout(name: string, shape: readonly number[], data: Float32Array): LaidOut {
  const theirs = fromOurShape(name, shape);
  const turn = turnOf(name, theirs);
  return { shape: theirs, data: turned(turn && { ...turn, outer: turn.inner, inner: turn.outer }, data) };
}

function turned(turn: Turned | null, data: Float32Array): Float32Array {
  if (!turn) return data;
  const result = new Float32Array(data.length);
  if (data.length > 0) placeRows(turn, data, 0, result);
  return result;
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
