// SPDX-License-Identifier: Apache-2.0
/** Runs a suite on every tfjs backend that this machine has; an absent one is skipped aloud. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

export type BackendName = 'cpu' | 'wasm' | 'tensorflow';

const tfjsNode = loadTfjsNode();

export const backends: BackendName[] = ['cpu', 'wasm', ...(tfjsNode ? (['tensorflow'] as const) : [])];

const chosen = new Set<BackendName>(['cpu', 'wasm', 'tensorflow']);

/** For a file that imports the suites of others, to run them again with other kernels: they skip all backends but this. */
export function runSuitesOnlyOn(backend: BackendName): void {
  chosen.clear();
  chosen.add(backend);
}

/** `describe` once a backend, with that backend current in every test. */
export function describeBackends(
  name: string,
  suite: (backend: BackendName) => void,
  only: readonly BackendName[] = ['cpu', 'wasm', 'tensorflow'],
): void {
  for (const backend of only.filter((name) => chosen.has(name))) {
    const run = backends.includes(backend) ? describe : describe.skip;
    run(`${name} on ${backend}`, () => {
      beforeAll(async () => {
        await tf.setBackend(backend);
        await tf.ready();
      });
      suite(backend);
    });
  }
}

function loadTfjsNode(): boolean {
  const util = require('node:util');
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined; // tfjs-node 4.22 on Node ≥ 23
  try {
    require('@tensorflow/tfjs-node');
    return true;
  } catch {
    return false;
  }
}
