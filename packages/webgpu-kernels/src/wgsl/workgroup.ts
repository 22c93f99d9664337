// SPDX-License-Identifier: Apache-2.0
/** WGSL that a whole workgroup runs together. */

/** Which workgroup this is, counted over all axes of the grid. */
export const WORKGROUP_INDEX = 'i32(workgroupId.y * numWorkgroups.x + workgroupId.x)';

/** `fn sumOfWorkgroup(value : f32) -> f32`: a tree over `threads` (a power of two), to be called by all of them. */
export function sumOfWorkgroup(threads: number): string {
  return `
  var<workgroup> partialSums : array<f32, ${threads}>;

  fn sumOfWorkgroup(value : f32) -> f32 {
    let thread = i32(localId.x);
    partialSums[thread] = value;
    workgroupBarrier();
    for (var half = ${threads / 2}; half > 0; half = half / 2) {
      if (thread < half) {
        partialSums[thread] = partialSums[thread] + partialSums[thread + half];
      }
      workgroupBarrier();
    }
    let sum = partialSums[0];
    workgroupBarrier(); // The next call overwrites it.
    return sum;
  }`;
}
