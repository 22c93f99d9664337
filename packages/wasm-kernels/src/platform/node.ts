// SPDX-License-Identifier: Apache-2.0
/** What Node does its own way. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

export { availableParallelism };

/**
 * Keeps no program alive.
 *
 * @param program the text of a function, which is called with `data`
 */
export function startWorker<Data>(
  program: string,
  data: Data,
  onTrouble: (reason: string) => void,
): { terminate(): void } {
  const text = `(${program})(require('node:worker_threads').workerData)`;
  // Of the program's flags, some would make the text a module, and some load what only the program needs.
  const worker = new Worker(text, { eval: true, execArgv: [], workerData: data });
  worker.on('error', ({ message }) => onTrouble(message));
  worker.unref();
  return worker;
}

/** @param address by default the file that tfjs has in Node */
export async function readModule(address?: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  const require = createRequire(import.meta.url);
  const file = address ?? require.resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm');
  return new Uint8Array(await readFile(file));
}
