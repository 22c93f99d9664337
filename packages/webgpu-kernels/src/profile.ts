// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { currentBackend } from './currentBackend.js';

export interface Dispatch {
  /** The class of the program: ours, such as `LinearProgram`, or tfjs's. */
  program: string;
  bytesWritten: number;
  /** On the device; 0 where it has no timestamp queries. */
  milliseconds: number;
}

/**
 * What a call costs the device, dispatch by dispatch, in order. Each is timed by itself, so that together they take
 * longer than the call does otherwise.
 *
 * @param action synchronous, such as `() => model.getImageFeatures({ pixelValues })`; what it returns is disposed
 * @throws BackendError on another backend than webgpu
 */
export async function profileDispatches(action: () => tf.TensorContainer): Promise<Dispatch[]> {
  const backend = currentBackend('Dispatches are counted on');
  const written: { program: string; bytesWritten: number }[] = [];
  const { runWebGPUProgram } = backend;
  backend.runWebGPUProgram = (...run) => {
    const output = runWebGPUProgram.apply(backend, run);
    const bytesWritten = 4 * tf.util.sizeFromShape(output.shape);
    written.push({ program: run[0].constructor.name, bytesWritten });
    return output;
  };
  const failures: unknown[] = [];
  const timing = tf.time(() => {
    try {
      tf.dispose(action());
    } catch (error) {
      failures.push(error); // Thrown from here it would leave tfjs timing all that comes.
    }
  });
  backend.runWebGPUProgram = runWebGPUProgram;
  const milliseconds = timesOf(await timing);
  if (failures.length > 0) throw failures[0];
  return written.map((dispatch, i) => ({ ...dispatch, milliseconds: milliseconds[i] ?? 0 }));
}

/** tfjs gives the single times as text: `LinearProgram: 0.012, LayerNormProgram: 0.003`. */
function timesOf(timing: tf.TimingInfo): number[] {
  const { getExtraProfileInfo } = timing as unknown as { getExtraProfileInfo?: () => string };
  const entries = getExtraProfileInfo?.().split(', ') ?? [];
  return entries.map((entry) => Number(entry.slice(entry.lastIndexOf(':') + 1)));
}
