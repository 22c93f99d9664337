// SPDX-License-Identifier: Apache-2.0
/**
 * softmax(q kᵀ / √headSize) v of one head, a few queries at a time: their scores never leave the cache.
 */

import { NONE } from './activation';
import { exp, largestLane, sumOfLanes } from './arithmetic';
import { COLUMNS, packPanels, packTransposed, panelBytes } from './panels';
import { product } from './product';

/** Queries whose scores are held at a time. */
const QUERIES = 32;

/** Bytes of scratch that attend needs: the panels of keys and values, and the scores. */
export function attentionScratch(sequence: i32, headSize: i32): usize {
  return panelBytes(headSize, sequence) + panelBytes(sequence, headSize) + scoreBytes(sequence) * QUERIES;
}

/** Scores are written in vectors, so their rows are filled up. */
function scoreBytes(sequence: i32): usize {
  return (<usize>((sequence + COLUMNS - 1) & -COLUMNS)) << 2;
}

/**
 * @param queries [sequence, headSize], as `keys` and `values`, their rows `stride` floats apart
 * @param causal whether keys after a query are hidden from it
 * @param keyMask a byte a key, 0 where it is hidden; or 0 where none is
 * @param out [sequence, headSize], its rows `outStride` floats apart
 */
export function attend(
  sequence: i32,
  headSize: i32,
  queries: usize,
  keys: usize,
  values: usize,
  stride: i32,
  causal: bool,
  keyMask: usize,
  out: usize,
  outStride: i32,
  scratch: usize,
): void {
  const valuePanels = scratch + panelBytes(headSize, sequence);
  const scores = valuePanels + panelBytes(sequence, headSize);
  const rowBytes = scoreBytes(sequence);
  const scoreStride = <i32>(rowBytes >> 2);
  packTransposed(sequence, headSize, keys, stride, <f32>1 / sqrt(<f32>headSize), scratch);
  packPanels(sequence, headSize, values, stride, valuePanels);
  for (let first = 0; first < sequence; first += QUERIES) {
    const rows = min(QUERIES, sequence - first);
    const q = queries + ((<usize>(first * stride)) << 2);
    product(rows, headSize, sequence, q, stride, scratch, scores, scoreStride, 0, NONE, 0);
    for (let row = 0; row < rows; row++) {
      const visible = causal ? first + row + 1 : sequence;
      softmax(scores + <usize>row * rowBytes, visible, sequence, keyMask);
    }
    const place = out + ((<usize>(first * outStride)) << 2);
    product(rows, sequence, headSize, scores, scoreStride, valuePanels, place, outStride, 0, NONE, 0);
  }
}

/** In place; of all scores, `visible` ones count. Where none may be seen, all of them weigh the same. */
function softmax(scores: usize, visible: i32, sequence: i32, keyMask: usize): void {
  const end = scoreBytes(sequence);
  for (let key = visible; key < <i32>(end >> 2); key++) store<f32>(scores + ((<usize>key) << 2), -Infinity);
  if (keyMask) hide(scores, visible, keyMask);
  let lanes = f32x4.splat(-Infinity);
  for (let i: usize = 0; i < end; i += 16) lanes = f32x4.pmax(lanes, v128.load(scores + i));
  const largest = largestLane(lanes);
  if (largest === -Infinity) {
    weighAlike(scores, sequence);
    return;
  }
  let sums = f32x4.splat(0);
  for (let i: usize = 0; i < end; i += 16) {
    const weights = exp(f32x4.sub(v128.load(scores + i), f32x4.splat(largest)));
    sums = f32x4.add(sums, weights);
    v128.store(scores + i, weights);
  }
  const scale = f32x4.splat(<f32>1 / sumOfLanes(sums));
  for (let i: usize = 0; i < end; i += 16) v128.store(scores + i, f32x4.mul(v128.load(scores + i), scale));
}

function hide(scores: usize, visible: i32, keyMask: usize): void {
  for (let key = 0; key < visible; key++)
    if (!load<u8>(keyMask + key)) store<f32>(scores + ((<usize>key) << 2), -Infinity);
}

function weighAlike(scores: usize, sequence: i32): void {
  for (let key = 0; key < sequence; key++) store<f32>(scores + ((<usize>key) << 2), <f32>1 / <f32>sequence);
}
