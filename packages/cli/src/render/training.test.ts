// SPDX-License-Identifier: Apache-2.0
import type { StepLogs } from '@tfjs-clip/training';
import type { Terminal } from '../terminal.js';
import { stepLine, TrainingDisplay } from './training.js';

function step(step: number, loss: number, seconds: number): StepLogs {
  const rest = { epoch: 0, size: 64, lossOfGuessing: Math.log(64), learningRate: 1e-5, gradientNorm: 1 };
  return { step, loss, seconds, ...rest, logitScale: 14 };
}

describe('the line of a step', () => {
  it('has the loss beside that of guessing, the speed of the last steps and the time left', () => {
    expect(stepLine([step(119, 3, 0.5), step(120, 2.3139, 1.5)], 408, 120)).toBe(
      'step 120 of 408 ▕████▊           ▏ loss 2.314 (guessing 4.159), 64 pictures/s, 5 min left',
    );
    expect(stepLine([step(400, 2, 1)], 408, 120)).toContain(', 64 pictures/s, 8 s left');
    expect(stepLine([step(1, 2, 60)], 408, 120)).toContain(', 1.07 pictures/s, 6 h 47 min left');
  });

  it('fits narrow terminals', () => {
    for (const columns of [85, 70, 40, 10]) {
      expect(stepLine([step(1, 2, 1)], 100_000, columns).length).toBeLessThanOrEqual(columns);
    }
    expect(stepLine([step(1, 2, 1)], 408, 70)).toBe(
      'step 1 of 408 loss 2.000 (guessing 4.159), 64 pictures/s, 7 min left',
    );
  });
});

it('what stays: where it goes on, epochs, evaluations', () => {
  const remarks: string[] = [];
  const terminal = {
    statusLine: null,
    remark: (text) => remarks.push(text),
  } as Partial<Terminal> as Terminal;
  const display = new TrainingDisplay(terminal);
  display.onTrainBegin({ step: 10, totalSteps: 40 });
  display.onBatchEnd(0, step(11, 2, 2));
  display.onEpochEnd(1, { loss: 2.25 });
  display.onEvaluate({ step: 11, metrics: { 'mean recall': 0.5, 'R@1': 0.25 }, isBest: true });
  display.onEvaluate({ step: 12, metrics: { 'mean recall': 0.4 }, isBest: false });
  expect(remarks).toEqual([
    'goes on after step 10',
    'epoch 2, step 11: loss 2.250, by guessing 4.159, 32 pictures/s',
    'evaluation, step 11: mean recall 0.500, R@1 0.250 (the best so far)',
    'evaluation, step 12: mean recall 0.400',
  ]);
});
