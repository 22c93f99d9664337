// SPDX-License-Identifier: Apache-2.0
/** Which tiles are fastest on the device at hand, found by trying them. */
import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { CLIPKernel, DeviceLostError } from 'tfjs-clip/ops';
import { currentBackend } from '../currentBackend.js';
import { isPossible, type Product, TILES, type TileName } from '../tile.js';
import { addChoices, choicesFor, productsOf, setChoice } from './choices.js';
import { loadChoices, saveChoices } from './savedChoices.js';

/** A tile is measured so many times, each for so long: the best time counts. */
const ROUNDS = 3;
const MILLISECONDS = 5;
const MOST_RUNS = 50;

/** A tile that is this much slower than the best so far is not measured again. */
const HOPELESS = 1.5;

const ATTRIBUTES = { activation: null } as object as tf.NamedAttrMap;

export interface TuneOptions {
  progressCallback?: (event: TuneEvent) => void;
}

/** One comes for each matrix product measured. */
export interface TuneEvent {
  status: 'progress';
  name: 'tiles';
  loaded: number;
  total: number;
}

/**
 * Finds the fastest way to cut the matrix products of a call into pieces on this device, and computes so from then on.
 * What was found is kept, in the browser's Cache or in the user's cache folder, and taken from there the next time: only
 * the first call for a device, and for products of other sizes, measures. Results do not depend on it, but for rounding.
 *
 * ```ts
 * await tuneKernels(() => model.getImageFeatures({ pixelValues }));
 * ```
 * @param call synchronous; it is run once, and what it returns is disposed
 * @returns how many products were measured
 * @throws BackendError on another backend than webgpu, DeviceLostError if the device is lost meanwhile
 */
export async function tuneKernels(
  call: () => tf.TensorContainer,
  { progressCallback = () => {} }: TuneOptions = {},
): Promise<number> {
  const backend = currentBackend('Kernels are tuned for');
  const { device } = backend;
  addChoices(device, { ...(await loadChoices(device)), ...choicesFor(device) });
  const products = productsOf(() => tf.dispose(call()));
  const known = choicesFor(device);
  const unknown = [...products].filter(([name]) => !Object.hasOwn(known, name));
  let isLost = false;
  device.lost.then(() => {
    isLost = true;
  });
  for (const [i, [, product]] of unknown.entries()) {
    const tile = await fastestTile(product, backend);
    if (isLost) throw lostWhileMeasuring(); // It computed nothing, at once: all tiles looked fast.
    setChoice(device, product, tile);
    progressCallback({ status: 'progress', name: 'tiles', loaded: i + 1, total: unknown.length });
  }
  if (unknown.length > 0) await saveChoices(device, choicesFor(device));
  return unknown.length;
}

function lostWhileMeasuring(): DeviceLostError {
  return new DeviceLostError(
    'The WebGPU device was lost while tiles were tried on it. Make a call within recovering, which asks for another ' +
      'device, and tune that one.',
  );
}

async function fastestTile(product: Product, backend: WebGPUBackend): Promise<TileName> {
  const { device } = backend;
  const { rows, columns, depth } = product;
  const inputs = { x: tf.ones([rows, depth]), kernel: tf.ones([depth, columns]) };
  const timeOf = async (name: TileName, runs: number) => {
    setChoice(device, product, name);
    return timeOfLinear(inputs, runs, backend);
  };
  const best = new Map<TileName, number>();
  const fastest = () => [...best].reduce((a, b) => (b[1] < a[1] ? b : a));
  try {
    for (const name of namesOfPossible(device)) {
      await timeOf(name, 1); // Compiles the shader.
      best.set(name, await timeOf(name, 1));
    }
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, time] of best) {
        if (time > HOPELESS * fastest()[1]) continue;
        const runs = Math.ceil(Math.min(MOST_RUNS, MILLISECONDS / time));
        best.set(name, Math.min(time, await timeOf(name, runs)));
      }
    }
  } finally {
    setChoice(device, product, null);
    tf.dispose(inputs);
  }
  return fastest()[0];
}

function namesOfPossible({ limits }: GPUDevice): TileName[] {
  return (Object.keys(TILES) as TileName[]).filter((name) => isPossible(TILES[name], limits));
}

/** Milliseconds of one run. */
async function timeOfLinear(
  inputs: tf.NamedTensorMap,
  runs: number,
  backend: WebGPUBackend,
): Promise<number> {
  const started = performance.now();
  for (let run = 0; run < runs; run++) {
    tf.dispose(tf.engine().runKernel(CLIPKernel.Linear, inputs, ATTRIBUTES));
  }
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.submitQueue();
  await backend.device.queue.onSubmittedWorkDone();
  return (performance.now() - started) / runs;
}
