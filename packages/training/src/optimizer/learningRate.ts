// SPDX-License-Identifier: Apache-2.0
/** Learning rates over a run, as transformers' `get_…_schedule_with_warmup`. */
import { InvalidArgumentError } from 'tfjs-clip';

export const SCHEDULES = ['constant', 'linear', 'cosine'] as const;
export type ScheduleName = (typeof SCHEDULES)[number];

export interface ScheduleOptions {
  schedule: ScheduleName;
  /** After the warm-up. */
  learningRate: number;
  /** Steps of linear growth from 0. */
  warmupSteps: number;
  totalSteps: number;
}

/** The learning rate of the step of this number, from 0. */
export type Schedule = (step: number) => number;

/** @throws InvalidArgumentError for a schedule that there is not, or numbers out of range */
export function learningRateSchedule(options: ScheduleOptions): Schedule {
  const { schedule, learningRate, warmupSteps, totalSteps } = options;
  check(options);
  const remaining = Math.max(1, totalSteps - warmupSteps);
  return (step) => {
    if (step < warmupSteps) return (learningRate * step) / warmupSteps;
    const progress = Math.min(1, (step - warmupSteps) / remaining);
    return learningRate * FALL[schedule](progress);
  };
}

/** From 1 at progress 0. */
const FALL: Record<ScheduleName, (progress: number) => number> = {
  constant: () => 1,
  linear: (progress) => 1 - progress,
  cosine: (progress) => 0.5 * (1 + Math.cos(Math.PI * progress)),
};

function check({ schedule, learningRate, warmupSteps, totalSteps }: ScheduleOptions): void {
  if (!SCHEDULES.includes(schedule)) {
    throw new InvalidArgumentError(`No schedule '${schedule}'; there are ${SCHEDULES.join(', ')}.`);
  }
  if (!(learningRate >= 0 && Number.isFinite(learningRate))) {
    throw new InvalidArgumentError(`learningRate is ${learningRate}, but must be a number of at least 0.`);
  }
  for (const [name, value] of Object.entries({ warmupSteps, totalSteps })) {
    if (!Number.isInteger(value) || value < 0) {
      throw new InvalidArgumentError(`${name} is ${value}, but must be a whole number of at least 0.`);
    }
  }
}
