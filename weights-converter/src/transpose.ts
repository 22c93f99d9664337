// SPDX-License-Identifier: Apache-2.0
/** Matrix transposition in square blocks, so that both the rows read and the rows written stay in the cache. */

const BLOCK = 32;

/** [rows, columns] → [columns, rows], in a new array. */
export function transpose(data: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let rowBlock = 0; rowBlock < rows; rowBlock += BLOCK) {
    const rowEnd = Math.min(rowBlock + BLOCK, rows);
    for (let columnBlock = 0; columnBlock < columns; columnBlock += BLOCK) {
      const columnEnd = Math.min(columnBlock + BLOCK, columns);
      for (let column = columnBlock; column < columnEnd; column++) {
        const target = column * rows;
        for (let row = rowBlock; row < rowEnd; row++) result[target + row] = data[row * columns + column];
      }
    }
  }
  return result;
}
