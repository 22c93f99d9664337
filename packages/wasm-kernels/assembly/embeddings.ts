// SPDX-License-Identifier: Apache-2.0
/** From pixels to the rows that the patch kernel multiplies, and from ids to rows of tables. */

/**
 * The patches `first` … `first + count − 1` of a picture, in reading order, each as a row [patch, patch, channels].
 *
 * @param pixels [channels, height, width]
 */
export function cutPatches(
  first: i32,
  count: i32,
  pixels: usize,
  channels: i32,
  height: i32,
  width: i32,
  patchSize: i32,
  out: usize,
): void {
  const patchesAcross = width / patchSize;
  for (let patch = first; patch < first + count; patch++) {
    const top = (patch / patchesAcross) * patchSize;
    const left = (patch % patchesAcross) * patchSize;
    for (let y = top; y < top + patchSize; y++)
      for (let x = left; x < left + patchSize; x++)
        for (let channel = 0; channel < channels; channel++) {
          store<f32>(out, load<f32>(pixels + ((<usize>((channel * height + y) * width + x)) << 2)));
          out += 4;
        }
  }
}

/**
 * leftTable[leftIds] + rightTable[rightIds], [rows, width]. Ids that are fewer than the rows begin again.
 */
export function addRowsOfTables(
  rows: i32,
  width: i32,
  leftIds: usize,
  leftCount: i32,
  leftTable: usize,
  rightIds: usize,
  rightCount: i32,
  rightTable: usize,
  out: usize,
): void {
  for (let row = 0; row < rows; row++) {
    const left = load<i32>(leftIds + ((<usize>(row % leftCount)) << 2));
    const right = load<i32>(rightIds + ((<usize>(row % rightCount)) << 2));
    out = addRows(
      width,
      leftTable + ((<usize>left * width) << 2),
      rightTable + ((<usize>right * width) << 2),
      out,
    );
  }
}

/** @returns where the next row goes */
export function addRows(width: i32, left: usize, right: usize, out: usize): usize {
  const bytes = (<usize>width) << 2;
  const vectors = bytes & -16;
  for (let i: usize = 0; i < vectors; i += 16)
    v128.store(out + i, f32x4.add(v128.load(left + i), v128.load(right + i)));
  for (let i = vectors; i < bytes; i += 4) store<f32>(out + i, load<f32>(left + i) + load<f32>(right + i));
  return out + bytes;
}
