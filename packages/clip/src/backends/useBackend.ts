// SPDX-License-Identifier: Apache-2.0
/** Chooses what tfjs computes with: the fastest backend that the program has, or the one that it names. */

import * as tf from '@tensorflow/tfjs';
import { backends } from '#backends';
import { BackendError, InvalidArgumentError } from '../errors.js';
import type { Backend, BackendName, Start } from './backend.js';
import { reasonOf } from './reason.js';

export type { BackendName };

export interface BackendOptions {
  /** The backend to use. Default: the fastest that there is. */
  backend?: BackendName;
  /** Told once of each backend that the program has and that cannot be used. Default: `console.warn`. */
  onWarning?: (text: string) => void;
}

/** A program may choose more than once; what is wrong it hears once. */
const given = new Set<string>();

/** Starts take turns: tfjs gives up one that another overtakes, and the slower backend would stay. */
let lastStart: Promise<unknown> = Promise.resolve();

/**
 * Starts the fastest backend there is, makes it tfjs's, and returns its name. In browsers that is the first of webgpu,
 * webgl, wasm and cpu that the page has imported; in Node the first of tfjs-node-gpu, tfjs-node, webgpu, wasm and cpu that
 * is installed. To be called before tensors and models are made.
 *
 * @throws BackendError if the backend that was asked for is not there or does not start
 */
export function useBackend({
  backend: wanted,
  onWarning = (text) => console.warn(`tfjs-clip: ${text}`),
}: BackendOptions = {}): Promise<BackendName> {
  const warn = (text: string) => {
    if (!given.has(text)) onWarning(text);
    given.add(text);
  };
  const choose = () => (wanted === undefined ? startFastest(warn) : startNamed(wanted, warn));
  const chosen = lastStart.then(choose, choose);
  lastStart = chosen;
  return chosen;
}

async function startFastest(warn: Start['warn']): Promise<BackendName> {
  for (const backend of backends.filter((backend) => backend.isThere())) {
    try {
      return await start(backend, { isAskedFor: false, warn });
    } catch (error) {
      warn(`Backend ${backend.name} is passed over: ${problemOf(error, backend)}`);
    }
  }
  throw new BackendError('No backend of TensorFlow.js starts here, not even cpu.');
}

async function startNamed(wanted: BackendName, warn: Start['warn']): Promise<BackendName> {
  const backend = backends.find(({ name }) => name === wanted);
  if (!backend) {
    const list = backends.map(({ name }) => JSON.stringify(name)).join(', ');
    throw new InvalidArgumentError(`backend is ${JSON.stringify(wanted)}, but here must be one of ${list}.`);
  }
  if (!backend.isThere()) {
    throw new BackendError(
      `Backend ${wanted} is not there: ${backend.howToGet}, or name no backend to use the fastest one there is.`,
    );
  }
  try {
    return await start(backend, { isAskedFor: true, warn });
  } catch (error) {
    throw new BackendError(`Backend ${wanted} does not start: ${problemOf(error, backend)}`, {
      cause: error,
    });
  }
}

async function start(backend: Backend, how: Start): Promise<BackendName> {
  await backend.prepare(how);
  if (!(await tf.setBackend(backend.tfName))) throw new Error(`tf.setBackend('${backend.tfName}') failed.`);
  await tf.ready();
  return backend.name;
}

function problemOf(error: unknown, { mend }: Backend): string {
  return mend ? `${reasonOf(error)} ${mend}` : reasonOf(error);
}
