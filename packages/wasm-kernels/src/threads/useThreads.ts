// SPDX-License-Identifier: Apache-2.0
/** How many threads compute, and the shared memory that they need: both are said before tfjs's wasm backend starts. */
import * as tf from '@tensorflow/tfjs';
import { type BackendWasm, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { availableParallelism, readModule } from '#platform';
import { memoryOf } from '../emscripten.js';
import { hasSimd } from '../functions.js';
import { isShared, withSharedMemory } from './sharedMemory.js';

export interface ThreadOptions {
  /** Of threads, the calling one among them. Default: as said before; else one for each processor, 8 at most. */
  count?: number;
  /** Where tfjs-backend-wasm-simd.wasm is. In Node it is found; pages must say. */
  wasmFile?: string | URL;
  /** Told once of each thing that stands against threads. Default: `console.warn`. */
  onWarning?: (text: string) => void;
}

const MOST_BY_DEFAULT = 8;
const given = new Set<string>();
let said: number | undefined;
let threads = 1;
let tell = (text: string) => console.warn(`tfjs-clip: ${text}`);

/**
 * Lets the kernels of the wasm backend compute on several threads. To be called before the backend starts; later calls
 * change the number of threads. Threads start with the first product that is large enough.
 *
 * @returns how many there will be: 1 where there is no shared memory, about which it warns once
 * @throws Error if `count` is no number of threads, or tfjs's module cannot be read
 */
export async function useThreads({ count, wasmFile, onWarning = tell }: ThreadOptions = {}): Promise<number> {
  const wanted = count ?? said ?? Math.min(availableParallelism(), MOST_BY_DEFAULT);
  if (!Number.isInteger(wanted) || wanted < 1) {
    throw new Error(`count is ${wanted}, but must be a whole number of threads, at least 1.`);
  }
  said = count ?? said;
  tell = onWarning;
  threads = 1;
  const obstacle = wanted > 1 && (findObstacle() ?? (await shareMemory(wasmFile)));
  if (obstacle) warn(obstacle);
  else threads = wanted;
  return threads;
}

export function threadCount(): number {
  return threads;
}

/** From now on one thread computes. */
export function giveUpThreads(reason: string): void {
  threads = 1;
  warn(`The wasm kernels go on with one thread, because ${reason}.`);
}

function warn(text: string): void {
  if (!given.has(text)) tell(text);
  given.add(text);
}

function findObstacle(): string | undefined {
  if (typeof SharedArrayBuffer === 'undefined') {
    return (
      'The wasm kernels use one thread: memory is shared only in pages that are isolated from other origins, by the headers ' +
      'Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.'
    );
  }
  return hasSimd() ? undefined : 'The wasm kernels need an engine with SIMD, which this one has not.';
}

/** @returns what stands against it, if anything does */
async function shareMemory(wasmFile?: string | URL): Promise<string | undefined> {
  const started = tf.engine().registry.wasm as BackendWasm | undefined;
  if (started) {
    return isShared(memoryOf(started).buffer)
      ? undefined
      : 'The wasm kernels use one thread: useThreads() must be called before the wasm backend starts.';
  }
  const module = withSharedMemory(await readModule(wasmFile));
  const address = URL.createObjectURL(new Blob([module], { type: 'application/wasm' }));
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false); // tfjs's own threads would want another module
  setWasmPaths(
    {
      'tfjs-backend-wasm.wasm': address,
      'tfjs-backend-wasm-simd.wasm': address,
      'tfjs-backend-wasm-threaded-simd.wasm': address,
    },
    true,
  );
  return undefined;
}
