// SPDX-License-Identifier: Apache-2.0
/** Which evaluation of a run was the best, and when to give up hope of a better one. */
import { InvalidArgumentError } from 'tfjs-clip';

export interface Evaluation {
  /** Steps from one evaluation to the next; there is one at the end, too. */
  every: number;
  /** With the weights as they would be saved: their averages, if there are. */
  evaluate(step: number): Promise<Record<string, number>>;
  /** The one that decides what is best. */
  metric: string;
  /** Default 'max'. */
  mode?: 'max' | 'min';
  /** Evaluations without a better one, after which the run ends. Default: never. */
  patience?: number;
}

export interface Best {
  step: number;
  value: number;
}

/** What a checkpoint keeps of it. */
export interface Standing {
  best: Best | null;
  /** Evaluations since the best one. */
  since: number;
}

/** @throws InvalidArgumentError for what makes no sense */
export function checkEvaluation({ every, mode = 'max', patience }: Evaluation): void {
  for (const [name, value] of Object.entries({ every, patience })) {
    if (value === undefined || (Number.isInteger(value) && value >= 1)) continue;
    throw new InvalidArgumentError(
      `evaluation.${name} is ${value}, but must be a whole number of at least 1.`,
    );
  }
  if (mode === 'max' || mode === 'min') return;
  throw new InvalidArgumentError(`evaluation.mode is '${mode}'; there are 'max' and 'min'.`);
}

/** @throws InvalidArgumentError if the metric is not among them */
export function standingAfter(
  { best, since }: Standing,
  step: number,
  metrics: Readonly<Record<string, number>>,
  { metric, mode = 'max' }: Evaluation,
): Standing {
  const value = metrics[metric];
  if (value === undefined) {
    throw new InvalidArgumentError(
      `The evaluation gives ${Object.keys(metrics).join(', ') || 'nothing'}, but not '${metric}', which is to decide ` +
        'what is best.',
    );
  }
  const isBetter = !best || (mode === 'max' ? value > best.value : value < best.value);
  return isBetter && !Number.isNaN(value) ? { best: { step, value }, since: 0 } : { best, since: since + 1 };
}
