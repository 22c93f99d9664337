// SPDX-License-Identifier: Apache-2.0
/** What is done to whole rows: layer norm, and division by a row's length. */
import { multiplyAdd, sumOfLanes } from './arithmetic';

/** (x − mean) / √(variance + epsilon) · gamma + beta, each row of `x` [rows, width]. */
export function layerNorm(
  rows: i32,
  width: i32,
  x: usize,
  gamma: usize,
  beta: usize,
  epsilon: f32,
  out: usize,
): void {
  const bytes = (<usize>width) << 2;
  for (let row = 0; row < rows; row++) {
    const mean = sumOf(x, bytes) / <f32>width;
    const variance = sumOfSquares(x, bytes, mean) / <f32>width;
    scaleRow(x, bytes, mean, <f32>1 / sqrt(variance + epsilon), gamma, beta, out);
    x += bytes;
    out += bytes;
  }
}

/** Each row of `x` [rows, width] divided by its L2 norm, in its place. */
export function divideByNorm(rows: i32, width: i32, x: usize): void {
  const bytes = (<usize>width) << 2;
  for (let row = 0; row < rows; row++) {
    const norm = sqrt(sumOfSquares(x, bytes, 0));
    const vectors = bytes & -16;
    for (let i: usize = 0; i < vectors; i += 16)
      v128.store(x + i, f32x4.div(v128.load(x + i), f32x4.splat(norm)));
    for (let i = vectors; i < bytes; i += 4) store<f32>(x + i, load<f32>(x + i) / norm);
    x += bytes;
  }
}

function sumOf(x: usize, bytes: usize): f32 {
  const vectors = bytes & -16;
  let lanes = f32x4.splat(0);
  for (let i: usize = 0; i < vectors; i += 16) lanes = f32x4.add(lanes, v128.load(x + i));
  let sum = sumOfLanes(lanes);
  for (let i = vectors; i < bytes; i += 4) sum += load<f32>(x + i);
  return sum;
}

/** Σ (x − center)² */
function sumOfSquares(x: usize, bytes: usize, center: f32): f32 {
  const vectors = bytes & -16;
  let lanes = f32x4.splat(0);
  for (let i: usize = 0; i < vectors; i += 16) {
    const difference = f32x4.sub(v128.load(x + i), f32x4.splat(center));
    lanes = multiplyAdd(difference, difference, lanes);
  }
  let sum = sumOfLanes(lanes);
  for (let i = vectors; i < bytes; i += 4) {
    const difference = load<f32>(x + i) - center;
    sum += difference * difference;
  }
  return sum;
}

/** (x − mean) · scale · gamma + beta */
function scaleRow(
  x: usize,
  bytes: usize,
  mean: f32,
  scale: f32,
  gamma: usize,
  beta: usize,
  out: usize,
): void {
  const vectors = bytes & -16;
  for (let i: usize = 0; i < vectors; i += 16) {
    const normalized = f32x4.mul(f32x4.sub(v128.load(x + i), f32x4.splat(mean)), f32x4.splat(scale));
    v128.store(out + i, multiplyAdd(normalized, v128.load(gamma + i), v128.load(beta + i)));
  }
  for (let i = vectors; i < bytes; i += 4) {
    const normalized = (load<f32>(x + i) - mean) * scale;
    store<f32>(out + i, normalized * load<f32>(gamma + i) + load<f32>(beta + i));
  }
}
