// SPDX-License-Identifier: Apache-2.0
/** Shaders compiled before they are needed: side by side, while the program goes on, with word of how far it is. */
import * as tf from '@tensorflow/tfjs';

/** Of the shape of tfjs-clip's ProgressEvent, so that one callback can be told of files and of shaders. */
export interface CompileEvent {
  /** `ready` comes once, at the end. */
  status: 'progress' | 'ready';
  name: 'shaders';
  /** Shaders compiled so far, and in all. */
  loaded: number;
  total: number;
  /** Per cent. */
  progress: number;
}

export interface CompileOptions {
  progressCallback?: (event: CompileEvent) => void;
}

type Pipelines = Record<string, GPUComputePipeline | Promise<GPUComputePipeline>>;

/**
 * Compiles all that a call computes with, and uploads the weights it reads; nothing is computed. What it compiled then
 * need not be compiled in the first real call. Shapes matter little but not nothing: give inputs like those to come. No
 * other call may run until the promise is resolved.
 *
 * ```ts
 * await compileShaders(() => model.getImageFeatures({ pixelValues }), { progressCallback });
 * ```
 * @param call synchronous; the tensors that it returns hold no values, and are disposed
 * @returns how many shaders were compiled
 */
export async function compileShaders(
  call: () => tf.TensorContainer,
  { progressCallback = () => {} }: CompileOptions = {},
): Promise<number> {
  const pipelines = startCompiling(call);
  const pending = Object.entries(pipelines).filter(([, pipeline]) => pipeline instanceof Promise);
  const total = pending.length;
  const report = (status: CompileEvent['status'], loaded: number) =>
    progressCallback({
      status,
      name: 'shaders',
      loaded,
      total,
      progress: total ? (100 * loaded) / total : 100,
    });
  let loaded = 0;
  const finish = async ([key, pipeline]: (typeof pending)[number]) => {
    try {
      pipelines[key] = await pipeline;
    } catch (error) {
      delete pipelines[key]; // tfjs would go on waiting for it.
      throw error;
    }
    loaded++;
    report('progress', loaded);
  };
  const results = await Promise.allSettled(pending.map(finish));
  const failure = results.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined;
  if (failure) throw failure.reason;
  report('ready', loaded);
  return total;
}

/** @returns the backend's pipelines; those that are not compiled yet are promises */
function startCompiling(call: () => tf.TensorContainer): Pipelines {
  if (tf.getBackend() !== 'webgpu') {
    throw new Error(
      `Shaders are compiled for the webgpu backend, but ${tf.getBackend()} is in use: set it first.`,
    );
  }
  tf.env().set('WEBGPU_ENGINE_COMPILE_ONLY', true);
  try {
    tf.dispose(call());
  } finally {
    tf.env().set('WEBGPU_ENGINE_COMPILE_ONLY', false);
  }
  return (tf.backend() as object as { pipelineCache: Pipelines }).pipelineCache;
}
