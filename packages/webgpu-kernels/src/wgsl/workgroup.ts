// SPDX-License-Identifier: Apache-2.0
/** WGSL that a whole workgroup runs together. */
import { isProcessor } from '../tile.js';

/** Which workgroup this is, counted over all axes of the grid. */
export const WORKGROUP_INDEX = 'i32(workgroupId.y * numWorkgroups.x + workgroupId.x)';

/** How the threads of a workgroup join what each has. */
export interface Summation {
  threads: number;
  /** `fn sumOfWorkgroup(value : f32) -> f32` and `fn maximumOfWorkgroup`, to be called by all of them. */
  wgsl: string;
}

/**
 * One subgroup a workgroup, where the device says how large all of them are: they add without memory or barriers. tfjs's
 * shaders do not learn which of several subgroups they are, so where one is too few, threads meet in workgroup memory.
 *
 * @param most threads that there is work for: a power of two
 */
export function chooseSummation(device: GPUDevice, most: number): Summation {
  const threads = subgroupSize(device);
  const isEnough = threads !== null && (isProcessor(device) || threads >= most / 2);
  return isEnough ? { threads, wgsl: SUBGROUP } : { threads: most, wgsl: tree(most) };
}

/** Null where it varies, or is not known. */
function subgroupSize({ features, adapterInfo }: GPUDevice): number | null {
  const { subgroupMinSize, subgroupMaxSize } = adapterInfo ?? {};
  if (!features.has('subgroups') || subgroupMinSize !== subgroupMaxSize) return null;
  return subgroupMinSize ?? null;
}

const SUBGROUP = `
  enable subgroups;
  fn sumOfWorkgroup(value : f32) -> f32 { return subgroupAdd(value); }
  fn maximumOfWorkgroup(value : f32) -> f32 { return subgroupMax(value); }`;

function tree(threads: number): string {
  return `
  var<workgroup> parts : array<f32, ${threads}>;
  ${joinedInTree('sumOfWorkgroup', threads, (a, b) => `${a} + ${b}`)}
  ${joinedInTree('maximumOfWorkgroup', threads, (a, b) => `max(${a}, ${b})`)}`;
}

function joinedInTree(name: string, threads: number, join: (a: string, b: string) => string): string {
  return `
  fn ${name}(value : f32) -> f32 {
    let thread = i32(localId.x);
    parts[thread] = value;
    workgroupBarrier();
    for (var half = ${threads / 2}; half > 0; half = half / 2) {
      if (thread < half) {
        parts[thread] = ${join('parts[thread]', 'parts[thread + half]')};
      }
      workgroupBarrier();
    }
    let joined = parts[0];
    workgroupBarrier(); // The next call overwrites it.
    return joined;
  }`;
}
