// SPDX-License-Identifier: Apache-2.0
/**
 * The right side of a product, laid out as it is read: panels of 8 columns, one after the other, each row by row. The last
 * one is filled up with zeros.
 */
import { transposeBlock } from './transpose';

/** Columns of a panel. */
export const COLUMNS = 8;

/** Bytes of a panel's row. */
export const PANEL_ROW: usize = COLUMNS << 2;

export function panelBytes(rows: i32, columns: i32): usize {
  return <usize>rows * ((columns + COLUMNS - 1) / COLUMNS) * PANEL_ROW;
}

/** `matrix` [rows, columns], its rows `stride` floats apart. */
export function packPanels(rows: i32, columns: i32, matrix: usize, stride: i32, panels: usize): void {
  for (let first = 0; first < columns; first += COLUMNS) {
    const count = min(COLUMNS, columns - first);
    let source = matrix + ((<usize>first) << 2);
    for (let row = 0; row < rows; row++) {
      copyFloats(panels, source, count);
      source += (<usize>stride) << 2;
      panels += PANEL_ROW;
    }
  }
}

/** Panels of matrixᵀ · scale, [columns, rows]; `matrix` [rows, columns], its rows `stride` floats apart. */
export function packTransposed(
  rows: i32,
  columns: i32,
  matrix: usize,
  stride: i32,
  scale: f32,
  panels: usize,
): void {
  for (let first = 0; first < rows; first += COLUMNS) {
    const count = min(COLUMNS, rows - first);
    if (count < COLUMNS) memory.fill(panels, 0, <usize>columns * PANEL_ROW);
    transposeBlock(count, columns, matrix, stride, panels, COLUMNS, scale);
    matrix += (<usize>(COLUMNS * stride)) << 2;
    panels += <usize>columns * PANEL_ROW;
  }
}

/** A row of a panel, of which `count` columns are given. */
function copyFloats(target: usize, source: usize, count: i32): void {
  if (count === COLUMNS) {
    v128.store(target, v128.load(source));
    v128.store(target, v128.load(source, 16), 16);
    return;
  }
  memory.fill(target, 0, PANEL_ROW);
  memory.copy(target, source, (<usize>count) << 2);
}
