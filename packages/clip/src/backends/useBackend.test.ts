// SPDX-License-Identifier: Apache-2.0
/** In Node; what is installed decides, which test/package/backends.test.ts is about. Browsers: test/browser/backends.test.ts. */
import * as tf from '@tensorflow/tfjs';
import { leavesNoTensors } from '../../../../test/harness/leaks.js';
import { thrown } from '../../../../test/harness/thrown.js';
import { BackendError, InvalidArgumentError } from '../errors.js';
import { type BackendName, useBackend } from './useBackend.js';

describe('useBackend', () => {
  it('called twice at once starts one after the other', async () => {
    const names = ['wasm', 'wasm', 'cuda' as BackendName, 'cpu', 'wasm'] as const;
    const starts = await Promise.allSettled(names.map((backend) => useBackend({ backend })));
    const started = starts.map((start) => start.status === 'fulfilled' && start.value);
    expect(started).toEqual(['wasm', 'wasm', false, 'cpu', 'wasm']);
    expect(tf.getBackend()).toBe('wasm');
  });

  it.each(['cpu', 'wasm'] as const)('starts %s when asked to', async (backend) => {
    await leavesNoTensors(async () => {
      expect(await useBackend({ backend })).toBe(backend);
      expect(tf.getBackend()).toBe(backend);
      const sum = tf.sum([1, 2, 3]);
      expect(await sum.data()).toEqual(Float32Array.of(6));
      return sum;
    });
  });

  it('says how to get a backend that is not there', async () => {
    expect(await thrown(() => useBackend({ backend: 'tfjs-node-gpu' }))).toStrictEqual(
      new BackendError(
        'Backend tfjs-node-gpu is not there: install it (npm install @tensorflow/tfjs-node-gpu@4.22.0), or name no ' +
          'backend to use the fastest one there is.',
      ),
    );
  });

  it.each(['webgl', 'cuda'])('says which ones Node has when asked for %s', async (backend) => {
    expect(await thrown(() => useBackend({ backend: backend as BackendName }))).toStrictEqual(
      new InvalidArgumentError(
        `backend is "${backend}", but here must be one of "tfjs-node-gpu", "tfjs-node", "webgpu", "wasm", "cpu".`,
      ),
    );
  });
});
