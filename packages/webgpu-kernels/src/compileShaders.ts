// SPDX-License-Identifier: Apache-2.0
/** Shaders compiled before they are needed: side by side, while the program goes on, with word of how far it is. */
import * as tf from '@tensorflow/tfjs';
import { currentBackend } from './currentBackend.js';

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
 * @throws BackendError on another backend than webgpu
 */
export async function compileShaders(
  call: () => tf.TensorContainer,
  { progressCallback = () => {} }: CompileOptions = {},
): Promise<number> {
  const backend: object = currentBackend('Shaders are compiled for');
  const { pipelineCache } = backend as { pipelineCache: Pipelines };
  let compiled = 0;
  try {
    withoutComputing(call);
  } finally {
    compiled = await allCompiled(pipelineCache, progressCallback); // Those of a call that fails, too: tfjs would trip over them.
  }
  return compiled;
}

function withoutComputing(call: () => tf.TensorContainer): void {
  tf.env().set('WEBGPU_ENGINE_COMPILE_ONLY', true);
  try {
    tf.dispose(call());
  } finally {
    tf.env().set('WEBGPU_ENGINE_COMPILE_ONLY', false);
  }
}

/** Puts pipelines in the places of their promises. */
async function allCompiled(pipelines: Pipelines, tell: (event: CompileEvent) => void): Promise<number> {
  const pending = Object.entries(pipelines).filter(([, pipeline]) => 'then' in pipeline);
  const total = pending.length;
  let loaded = 0;
  const results = await Promise.allSettled(
    pending.map(async ([key, pipeline]) => {
      delete pipelines[key];
      pipelines[key] = await pipeline;
      loaded++;
      tell({ status: 'progress', name: 'shaders', loaded, total, progress: (100 * loaded) / total });
    }),
  );
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  tell({ status: 'ready', name: 'shaders', loaded, total, progress: 100 });
  return total;
}
