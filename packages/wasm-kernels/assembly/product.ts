// SPDX-License-Identifier: Apache-2.0
/**
 *     out = activation(left · right + bias) + residual
 *
 * A tile of 4 rows and 8 columns is summed in registers over the whole depth, then finished and written. Larger tiles do not
 * fit in the registers; engines unroll the loop themselves. With relaxed SIMD the tiles of a panel touch the next one on the
 * way: at 50 rows, waiting for it took a tenth of the time. With plain SIMD that makes no difference.
 */
import { activate, NONE } from './activation';
import { multiplyAdd } from './arithmetic';
import { COLUMNS, PANEL_ROW } from './panels';

/** Rows of a tile. */
const ROWS = 4;

/** Of `left`, what stays in the cache while all panels pass by: 1 MiB. */
const CACHED_FLOATS = 1 << 18;

/** Where the sums of a tile stand between its loop and its end, [4, 8]; the host allocates it, one for each thread. */
let sums: usize = 0;

export function useTile(memory: usize): void {
  sums = memory;
}

/**
 * Rows and columns may be a part of a larger product: pointers then lead to its first row or column, a multiple of 8.
 *
 * @param left [rows, depth], its rows `leftStride` floats apart
 * @param panels of the right side, [depth, columns]
 * @param out [rows, columns], as `residual`, their rows `outStride` floats apart
 * @param bias [columns], or 0 for none; as `residual`
 */
export function product(
  rows: i32,
  depth: i32,
  columns: i32,
  left: usize,
  leftStride: i32,
  panels: usize,
  out: usize,
  outStride: i32,
  bias: usize,
  activation: i32,
  residual: usize,
): void {
  const rowsAtOnce = max(ROWS, (CACHED_FLOATS / depth) & -ROWS);
  for (let first = 0; first < rows; first += rowsAtOnce) {
    const last = min(first + rowsAtOnce, rows);
    const tiles = (last - first + ROWS - 1) / ROWS;
    const step = PANEL_ROW / tiles; // All tiles together touch most of a panel, and nothing after it.
    let panel = panels;
    for (let column = 0; column < columns; column += COLUMNS) {
      const nextPanel = panel + <usize>depth * PANEL_ROW;
      let ahead = column + COLUMNS < columns ? nextPanel : panels;
      for (let row = first; row < last; row += ROWS) {
        const count = min(ROWS, last - row);
        sumTile(count, left + floats(row * leftStride), floats(leftStride), panel, nextPanel, ahead, step);
        ahead += step * depth;
        const place = floats(row * outStride + column);
        finish(
          count,
          min(COLUMNS, columns - column),
          out + place,
          floats(outStride),
          bias ? bias + floats(column) : 0,
          activation,
          residual ? residual + place : 0,
        );
      }
      panel = nextPanel;
    }
  }
}

function floats(count: i32): usize {
  return (<usize>count) << 2;
}

/** Where there are 3 rows or 1, the last is computed twice. */
function sumTile(
  rows: i32,
  left: usize,
  stride: usize,
  panel: usize,
  end: usize,
  ahead: usize,
  step: usize,
): void {
  const second = rows > 1 ? left + stride : left;
  const third = second + stride;
  if (rows < 3) sumTwoRows(left, second, panel, end, sums);
  else sumFourRows(left, second, third, rows > 3 ? third + stride : third, panel, end, ahead, step, sums);
}

/** Exported so that it stays a function of its own, which engines optimise while the loops around it run. */
export function sumFourRows(
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  panel: usize,
  end: usize,
  ahead: usize,
  step: usize,
  out: usize,
): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let b0 = a0;
  let b1 = a0;
  let c0 = a0;
  let c1 = a0;
  let d0 = a0;
  let d1 = a0;
  while (panel < end) {
    const right0 = v128.load(panel);
    const right1 = v128.load(panel, 16);
    let left = v128.load32_splat(a);
    a0 = multiplyAdd(left, right0, a0);
    a1 = multiplyAdd(left, right1, a1);
    left = v128.load32_splat(b);
    b0 = multiplyAdd(left, right0, b0);
    b1 = multiplyAdd(left, right1, b1);
    left = v128.load32_splat(c);
    c0 = multiplyAdd(left, right0, c0);
    c1 = multiplyAdd(left, right1, c1);
    left = v128.load32_splat(d);
    d0 = multiplyAdd(left, right0, d0);
    d1 = multiplyAdd(left, right1, d1);
    a += 4;
    b += 4;
    c += 4;
    d += 4;
    if (ASC_FEATURE_RELAXED_SIMD) {
      load<u8>(ahead);
      ahead += step;
    }
    panel += PANEL_ROW;
  }
  v128.store(out, a0);
  v128.store(out, a1, 16);
  v128.store(out, b0, 32);
  v128.store(out, b1, 48);
  v128.store(out, c0, 64);
  v128.store(out, c1, 80);
  v128.store(out, d0, 96);
  v128.store(out, d1, 112);
}

export function sumTwoRows(a: usize, b: usize, panel: usize, end: usize, out: usize): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let b0 = a0;
  let b1 = a0;
  while (panel < end) {
    const right0 = v128.load(panel);
    const right1 = v128.load(panel, 16);
    let left = v128.load32_splat(a);
    a0 = multiplyAdd(left, right0, a0);
    a1 = multiplyAdd(left, right1, a1);
    left = v128.load32_splat(b);
    b0 = multiplyAdd(left, right0, b0);
    b1 = multiplyAdd(left, right1, b1);
    a += 4;
    b += 4;
    panel += PANEL_ROW;
  }
  v128.store(out, a0);
  v128.store(out, a1, 16);
  v128.store(out, b0, 32);
  v128.store(out, b1, 48);
}

/** From the sums to the output; a panel at the right edge has fewer than 8 columns. */
function finish(
  rows: i32,
  columns: i32,
  out: usize,
  stride: usize,
  bias: usize,
  activation: i32,
  residual: usize,
): void {
  let tile = sums;
  for (let row = 0; row < rows; row++) {
    if (columns === COLUMNS) {
      finishFour(tile, out, bias, activation, residual);
      finishFour(tile + 16, out + 16, bias ? bias + 16 : 0, activation, residual ? residual + 16 : 0);
    } else {
      finishOneByOne(columns, tile, out, bias, activation, residual);
    }
    tile += PANEL_ROW;
    out += stride;
    if (residual) residual += stride;
  }
}

function finishFour(tile: usize, out: usize, bias: usize, activation: i32, residual: usize): void {
  let values = v128.load(tile);
  if (bias) values = f32x4.add(values, v128.load(bias));
  if (activation !== NONE) values = activate(values, activation);
  if (residual) values = f32x4.add(values, v128.load(residual));
  v128.store(out, values);
}

function finishOneByOne(
  columns: i32,
  tile: usize,
  out: usize,
  bias: usize,
  activation: i32,
  residual: usize,
): void {
  for (let column = 0; column < columns; column++) {
    const place = floats(column);
    let value = load<f32>(tile + place);
    if (bias) value += load<f32>(bias + place);
    value = f32x4.extract_lane(activate(f32x4.splat(value), activation), 0);
    if (residual) value += load<f32>(residual + place);
    store<f32>(out + place, value);
  }
}
