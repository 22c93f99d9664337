// SPDX-License-Identifier: Apache-2.0
/** WGSL that a whole workgroup runs together. */

/** Which workgroup this is, counted over all axes of the grid. */
export const WORKGROUP_INDEX = 'i32(workgroupId.y * numWorkgroups.x + workgroupId.x)';

/** How the threads of a workgroup add up what each has. */
export interface Summation {
  threads: number;
  /** `fn sumOfWorkgroup(value : f32) -> f32`, to be called by all of them. */
  wgsl: string;
}

/** Threads of a workgroup that has a row, where they meet in workgroup memory: a power of two. */
const THREADS = 64;

/**
 * One subgroup a workgroup, where the device says how large all of them are: they add without memory or barriers. tfjs's
 * shaders do not learn which of several subgroups they are.
 */
export function chooseSummation({ features, adapterInfo }: GPUDevice): Summation {
  const { subgroupMinSize, subgroupMaxSize } = adapterInfo ?? {};
  const isOneSize = subgroupMinSize !== undefined && subgroupMinSize === subgroupMaxSize;
  if (!features.has('subgroups') || !isOneSize) return { threads: THREADS, wgsl: TREE };
  return { threads: subgroupMinSize, wgsl: SUBGROUP };
}

const SUBGROUP = `
  enable subgroups;
  fn sumOfWorkgroup(value : f32) -> f32 { return subgroupAdd(value); }`;

const TREE = `
  var<workgroup> partialSums : array<f32, ${THREADS}>;

  fn sumOfWorkgroup(value : f32) -> f32 {
    let thread = i32(localId.x);
    partialSums[thread] = value;
    workgroupBarrier();
    for (var half = ${THREADS / 2}; half > 0; half = half / 2) {
      if (thread < half) {
        partialSums[thread] = partialSums[thread] + partialSums[thread + half];
      }
      workgroupBarrier();
    }
    let sum = partialSums[0];
    workgroupBarrier(); // The next call overwrites it.
    return sum;
  }`;
