// SPDX-License-Identifier: Apache-2.0
/** On backends that cannot be lost; test/webgpu/deviceLoss.test.ts has the others. */
import * as tf from '@tensorflow/tfjs';
import { describeBackends } from '../../../../test/harness/backends.js';
import { leavesNoTensors } from '../../../../test/harness/leaks.js';
import { thrown } from '../../../../test/harness/thrown.js';
import { recovering } from './recovery.js';

describeBackends('recovering', () => {
  it('computes once, and gives what was computed', async () => {
    let calls = 0;
    await leavesNoTensors(async () => {
      const y = await recovering(() => {
        calls++;
        return tf.tidy(() => tf.square(tf.tensor1d([1, 2, 3])));
      });
      await expect(y).toBeCloseToTensor([1, 4, 9], 0);
      return y;
    });
    expect(calls).toBe(1);
  });

  it('throws what was thrown', async () => {
    const refusal = new Error('no');
    const refuse = () => {
      throw refusal;
    };
    expect(await thrown(() => recovering(refuse))).toBe(refusal);
  });
});
