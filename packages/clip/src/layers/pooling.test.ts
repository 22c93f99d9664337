// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { describeBackends } from '../../../../test/harness/backends.js';
import { leavesNoTensors } from '../../../../test/harness/leaks.js';
import { poolClassToken, poolEndOfText } from './pooling.js';

/** State p of text t is [10 t + p]. */
function states(texts: number, positions: number): tf.Tensor3D {
  const values = Array.from({ length: texts }, (_, t) =>
    Array.from({ length: positions }, (_, p) => [10 * t + p]),
  );
  return tf.tensor3d(values);
}

describeBackends('pooling', () => {
  it.each([
    [
      '2 means the largest id',
      2,
      [
        [0, 9, 2, 1],
        [2, 2, 2, 2],
        [5, 7, 7, 6],
      ],
      [1, 10, 21],
    ],
    [
      'any other id means itself',
      9,
      [
        [0, 9, 2, 1],
        [2, 2, 2, 9],
        [10, 11, 9, 9],
      ],
      [1, 13, 22],
    ],
    [
      'the first of several',
      7,
      [
        [7, 0, 7, 7],
        [1, 7, 7, 0],
        [0, 0, 7, 7],
      ],
      [0, 11, 22],
    ],
    [
      'the first place where there is none',
      8,
      [
        [1, 2, 3, 4],
        [9, 9, 9, 9],
        [0, 0, 0, 0],
      ],
      [0, 10, 20],
    ],
    [
      'the first place where no id is configured',
      null,
      [
        [1, 2, 3, 4],
        [0, 0, 0, 0],
        [5, 4, 3, 2],
      ],
      [0, 10, 20],
    ],
    [
      'ids beyond what halves hold apart',
      49407,
      [
        [1, 49406, 49407, 0],
        [49407, 1, 1, 1],
        [2, 2, 2, 49407],
      ],
      [2, 10, 23],
    ],
    [
      'the largest of such ids',
      2,
      [
        [1, 49406, 49407, 0],
        [49405, 49406, 1, 1],
        [2, 2, 2, 49407],
      ],
      [2, 11, 23],
    ],
  ] as [string, number | null, number[][], number[]][])(
    'of texts: %s',
    async (_, eosTokenId, ids, expected) => {
      await leavesNoTensors(async () => {
        const pooled = tf.tidy(() =>
          poolEndOfText(states(3, 4), tf.tensor2d(ids, [3, 4], 'int32'), eosTokenId),
        );
        expect(pooled.shape).toEqual([3, 1]);
        expect([...(await pooled.data())]).toEqual(expected);
        return pooled;
      });
    },
  );

  it('of pictures: the class token', async () => {
    await leavesNoTensors(async () => {
      const pooled = tf.tidy(() => poolClassToken(states(3, 4)));
      expect(await pooled.array()).toEqual([[0], [10], [20]]);
      return pooled;
    });
  });
});
