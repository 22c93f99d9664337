// SPDX-License-Identifier: Apache-2.0
import type { Tensor } from '@tensorflow/tfjs';
import { type Dispatch, type Operation, operationsOf, profileKernels } from './operations.js';

/** Tells what a call is made of, in as much detail as the backend gives. */
export interface Profiler {
  /** What a call of an operation is. */
  unit: 'calls' | 'dispatches';
  profile(forward: () => Tensor): Promise<Operation[]>;
}

type ProfileDispatches = (forward: () => Tensor) => Promise<Dispatch[]>;

/** Not a dependency of this command: whoever computes on webgpu has installed it, if anyone. */
const WEBGPU_KERNELS: string = '@tfjs-clip/webgpu-kernels';

/** On webgpu our kernels' package counts dispatches; elsewhere, and without it, tfjs counts kernels. */
export async function profilerOf(backend: string): Promise<Profiler> {
  const byKernel: Profiler = { unit: 'calls', profile: profileKernels };
  if (backend !== 'webgpu') return byKernel;
  try {
    const { profileDispatches } = (await import(WEBGPU_KERNELS)) as { profileDispatches: ProfileDispatches };
    return { unit: 'dispatches', profile: async (forward) => operationsOf(await profileDispatches(forward)) };
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    return byKernel;
  }
}
