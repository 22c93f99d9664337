// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { describeBackends } from '../../../../test/harness/backends.js';
import { Fixture } from '../../../../test/harness/fixture.js';
import { leavesNoTensors } from '../../../../test/harness/leaks.js';
import { thrown } from '../../../../test/harness/thrown.js';
import type { ProblemType } from '../configuration/index.js';
import { InvalidArgumentError } from '../errors.js';
import { classificationLoss, clipLoss, contrastiveLoss, inferProblemType } from './losses.js';

describeBackends('losses', () => {
  it.each([
    ['image-classification', 'single', 'single_label_classification'],
    ['image-classification', 'multi', 'multi_label_classification'],
    ['image-classification', 'regression-by-config', 'regression'],
    ['image-regression', 'regression', 'regression'],
    ['image-regression', 'regression-by-config', 'regression'],
  ] as [string, string, ProblemType][])('%s, %s: as transformers computes it', async (model, set, type) => {
    const fixture = await Fixture.read(model);
    await leavesNoTensors(async () => {
      const [logits, labels] = ['logits', 'labels'].map((name) => fixture.tensor(`${set}.${name}`));
      const loss = classificationLoss(logits as tf.Tensor2D, labels, type);
      await expect(loss).toBeCloseToTensor(fixture.get(`${set}.loss`).values, 1e-6);
      return [logits, labels, loss];
    });
  });

  it('contrast a row’s own column with all others', async () => {
    // Two rows, each sure of its own by ln 3: cross-entropy ln(1 + 1/3).
    const logits = tf.tensor2d([
      [Math.log(3), 0],
      [0, Math.log(3)],
    ]);
    await leavesNoTensors(async () => {
      const losses = [contrastiveLoss(logits), clipLoss(logits)];
      for (const loss of losses) await expect(loss).toBeCloseToTensor([Math.log(4 / 3)], 1e-6);
      return losses;
    });
    logits.dispose();
  });

  it('stay finite where a naive form overflows', async () => {
    const logits = tf.tensor2d([[1000, -1000]]);
    const labels = tf.tensor2d([[0, 1]]);
    const [multi, single] = tf.tidy(() => [
      classificationLoss(logits, labels, 'multi_label_classification'),
      classificationLoss(logits, tf.tensor1d([1], 'int32'), 'single_label_classification'),
    ]);
    await expect(multi).toBeCloseToTensor([1000], 1e-6);
    await expect(single).toBeCloseToTensor([2000], 1e-6);
    tf.dispose([logits, labels, multi, single]);
  });

  it('refuse what does not fit, and leave nothing', async () => {
    const logits = tf.zeros<tf.Rank.R2>([4, 3]);
    for (const [labels, type, message] of [
      [
        tf.zeros([4, 3]),
        'single_label_classification',
        'labels are [4, 3], but single_label_classification on these logits takes [4] (4 pictures, 3 labels).',
      ],
      [
        tf.zeros([4]),
        'multi_label_classification',
        'labels are [4], but multi_label_classification on these logits takes [4, 3] (4 pictures, 3 labels).',
      ],
      [
        tf.zeros([3, 3]),
        'regression',
        'labels are [3, 3], but regression on these logits takes [4, 3] (4 pictures, 3 labels).',
      ],
    ] as [tf.Tensor, ProblemType, string][]) {
      await leavesNoTensors(async () => {
        const error = await thrown(() => classificationLoss(logits, labels, type));
        expect(error).toStrictEqual(new InvalidArgumentError(message));
      });
      labels.dispose();
    }
    logits.dispose();
  });
});

it('the problem type follows from the labels, as in transformers', () => {
  tf.tidy(() => {
    expect(inferProblemType(1, tf.zeros([2], 'int32'))).toBe('regression');
    expect(inferProblemType(3, tf.zeros([2], 'int32'))).toBe('single_label_classification');
    expect(inferProblemType(3, tf.zeros([2, 3]))).toBe('multi_label_classification');
  });
});
