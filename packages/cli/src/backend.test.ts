// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { BackendError, InvalidArgumentError } from 'tfjs-clip';
import { thrown } from '../../../test/harness/thrown.js';
import { useBackend } from './backend.js';
import { backendNames } from './backendNames.js';

describe('useBackend', () => {
  const remarks: string[] = [];
  const remark = (text: string) => void remarks.push(text);

  it('starts the backend that a command names', async () => {
    expect(await useBackend('cpu', remark)).toBe('cpu');
    expect(tf.getBackend()).toBe('cpu');
  });

  it('says what to install for one that is not there', async () => {
    expect(await thrown(() => useBackend('tfjs-node-gpu', remark))).toStrictEqual(
      new BackendError(
        'Backend tfjs-node-gpu is not there: install it (npm install @tensorflow/tfjs-node-gpu@4.22.0), ' +
          'or name no backend to use the fastest one there is.',
      ),
    );
    expect(remarks).toEqual([]);
  });

  it('knows the names that --help lists, in the order of the library', async () => {
    expect(await thrown(() => useBackend('webgl', remark))).toStrictEqual(
      new InvalidArgumentError(
        `backend is "webgl", but here must be one of ${backendNames.map((name) => `"${name}"`).join(', ')}.`,
      ),
    );
  });
});
