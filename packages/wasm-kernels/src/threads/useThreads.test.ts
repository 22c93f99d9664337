// SPDX-License-Identifier: Apache-2.0
/** How many threads there will be, and what is said where there can be but one. */
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { thrown } from '../../../../test/harness/thrown.js';
import { memoryOf } from '../emscripten.js';
import { isShared } from './sharedMemory.js';
import { threadCount, useThreads } from './useThreads.js';

describe('useThreads', () => {
  const warnings: string[] = [];
  const onWarning = (text: string) => warnings.push(text);

  beforeEach(() => {
    warnings.length = 0;
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses %d threads, and leaves the number as it was', async (count) => {
    const before = threadCount();
    const error = await thrown(() => useThreads({ count }));
    expect(error).toStrictEqual(
      new Error(`count is ${count}, but must be a whole number of threads, at least 1.`),
    );
    expect(threadCount()).toBe(before);
  });

  it('warns once where pages cannot share memory, and uses one', async () => {
    const shared = globalThis.SharedArrayBuffer;
    Object.assign(globalThis, { SharedArrayBuffer: undefined });
    try {
      for (let i = 0; i < 2; i++) expect(await useThreads({ count: 2, onWarning })).toBe(1);
    } finally {
      Object.assign(globalThis, { SharedArrayBuffer: shared });
    }
    expect(warnings).toEqual([
      'The wasm kernels use one thread: memory is shared only in pages that are isolated from other origins, by the ' +
        'headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.',
    ]);
  });

  it('says so when it comes too late', async () => {
    expect(await useThreads({ count: 1, onWarning })).toBe(1);
    await tf.setBackend('wasm');
    expect(await useThreads({ count: 2, onWarning })).toBe(1);
    expect(warnings).toEqual([
      'The wasm kernels use one thread: useThreads() must be called before the wasm backend starts.',
    ]);
    stopBackend();
  });

  it('says what is wrong with a file that is no module of tfjs', async () => {
    const error = await thrown(() => useThreads({ count: 2, wasmFile: __filename }));
    expect(error).toStrictEqual(
      new Error('The module has no memory of its own with a maximum, so it cannot be shared.'),
    );
    expect(threadCount()).toBe(1);
  });

  it('lets the backend start on shared memory, and keeps the number until another is said', async () => {
    expect(await useThreads({ count: 3, onWarning })).toBe(3);
    expect(await tf.setBackend('wasm')).toBe(true);
    expect(isShared(memoryOf(tf.backend() as BackendWasm).buffer)).toBe(true);
    expect(await await tf.matMul([[1, 2]], [[3], [4]]).data()).toEqual(Float32Array.of(11));
    expect(await useThreads()).toBe(3);
    expect(await useThreads({ count: 2 })).toBe(2);
    expect(warnings).toEqual([]);
    stopBackend();
  });
});

/** tfjs knows it afterwards as if it had never been started. */
function stopBackend(): void {
  const factory = tf.findBackendFactory('wasm');
  tf.removeBackend('wasm');
  tf.registerBackend('wasm', factory);
}
