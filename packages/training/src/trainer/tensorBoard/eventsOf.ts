// SPDX-License-Identifier: Apache-2.0
import { isEvaluation, type LogEntry } from '../runFolder/log.js';
import type { ScalarEvent } from './eventFile.js';

/** A line of the log as TensorBoard shows it. */
export function eventOf(entry: LogEntry): ScalarEvent {
  return { wallTime: Date.parse(entry.time) / 1000, step: entry.step, scalars: scalarsOf(entry) };
}

function scalarsOf(entry: LogEntry): Record<string, number> {
  if (isEvaluation(entry)) {
    return Object.fromEntries(
      Object.entries(entry.metrics).map(([name, value]) => [`evaluation/${name}`, value]),
    );
  }
  const { loss, lossOfGuessing, learningRate, gradientNorm, logitScale, size, seconds } = entry;
  return {
    'train/loss': loss,
    'train/loss_of_guessing': lossOfGuessing,
    'train/learning_rate': learningRate,
    'train/gradient_norm': gradientNorm,
    'train/logit_scale': logitScale,
    'train/images_per_second': size / seconds,
  };
}
