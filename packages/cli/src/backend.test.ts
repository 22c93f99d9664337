// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { useBackend } from './backend.js';

describe('useBackend', () => {
  const remarks: string[] = [];
  const remark = (text: string) => void remarks.push(text);

  it.each(['cpu', 'wasm'] as const)('starts %s when asked to', async (name) => {
    expect(await useBackend(name, remark)).toBe(name);
    expect(tf.getBackend()).toBe(name);
    const sum = tf.sum([1, 2, 3]);
    expect(await sum.data()).toEqual(Float32Array.of(6));
    sum.dispose();
  });

  it('says what to install for a backend that is not there', async () => {
    await expect(useBackend('tfjs-node-gpu', remark)).rejects.toThrow(
      'Backend tfjs-node-gpu is not installed. Install it beside tfjs-clip ' +
        '(npm install @tensorflow/tfjs-node-gpu@4.22.0), or leave --backend out to use the fastest one there is.',
    );
    expect(remarks).toEqual([]);
  });
});
