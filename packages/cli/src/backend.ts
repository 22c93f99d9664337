// SPDX-License-Identifier: Apache-2.0
/** Picks what tfjs computes with: the fastest backend that is installed, or the one that was asked for. */
import { createRequire } from 'node:module';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { type BackendName, backendNames } from './backendNames.js';
import { messageOf, RunError } from './errors.js';

interface Backend {
  /** Its name within tfjs. */
  tfName: string;
  /** The package that registers it; absent where tfjs itself does. */
  package?: string;
}

const backends: Record<BackendName, Backend> = {
  'tfjs-node-gpu': { tfName: 'tensorflow', package: '@tensorflow/tfjs-node-gpu' },
  'tfjs-node': { tfName: 'tensorflow', package: '@tensorflow/tfjs-node' },
  wasm: { tfName: 'wasm', package: '@tensorflow/tfjs-backend-wasm' },
  cpu: { tfName: 'cpu' },
};

/**
 * Makes a backend current and returns its name.
 *
 * @param wanted without it, the first of `backendNames` that works
 * @param remark told of a backend that is installed and does not work
 * @throws RunError if `wanted` is not installed or does not work
 */
export async function useBackend(
  wanted: BackendName | undefined,
  remark: (text: string) => void,
): Promise<BackendName> {
  prepareProcess();
  for (const name of wanted ? [wanted] : backendNames) {
    const backend = backends[name];
    if (backend.package && !isInstalled(backend.package)) {
      if (wanted) throw new RunError(notInstalled(name));
      continue;
    }
    try {
      await start(backend);
      return name;
    } catch (error) {
      const problem = doesNotStart(name, error);
      if (wanted) throw new RunError(problem, { cause: error });
      remark(`warning: ${problem}`);
    }
  }
  throw new RunError('No backend of TensorFlow.js starts here, not even cpu.');
}

async function start({ tfName, package: packageName }: Backend): Promise<void> {
  if (packageName) await import(packageName);
  if (!(await tf.setBackend(tfName))) throw new Error(`tf.setBackend('${tfName}') failed`);
  await tf.ready();
}

function isInstalled(packageName: string): boolean {
  try {
    createRequire(import.meta.url).resolve(packageName);
    return true;
  } catch {
    return false;
  }
}

function prepareProcess(): void {
  tf.enableProdMode(); // No banner that recommends another backend.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'; // libtensorflow: errors only.
  const old: { isNullOrUndefined?: (value: unknown) => boolean } = util;
  old.isNullOrUndefined ??= (value) => value === null || value === undefined; // Node 23 dropped it; tfjs-node 4.22 calls it.
}

function notInstalled(name: BackendName): string {
  const version = tf.version_core;
  return (
    `Backend ${name} is not installed. Install it beside tfjs-clip (npm install ${backends[name].package}@${version}), ` +
    'or leave --backend out to use the fastest one there is.'
  );
}

function doesNotStart(name: BackendName, error: unknown): string {
  const { tfName, package: packageName } = backends[name];
  const mend = tfName === 'tensorflow' ? ` Try: npm rebuild ${packageName} --build-addon-from-source.` : '';
  return `Backend ${name} is installed but does not start: ${firstLine(messageOf(error))}${mend}`;
}

function firstLine(text: string): string {
  const line = text.split('\n', 1)[0].trim();
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
