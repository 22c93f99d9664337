// SPDX-License-Identifier: Apache-2.0
/** What a run is asked to do, and what follows from it. */
import { InvalidArgumentError } from 'tfjs-clip';
import type { BatchSource } from '../batch.js';
import type { Objective } from '../objectives/objective.js';
import type { AdamWOptions } from '../optimizer/adamW.js';
import type { ScheduleName } from '../optimizer/learningRate.js';
import type { TrainingCallbacks } from './callbacks.js';
import type { Evaluation } from './evaluation.js';
import type { TrainingRun } from './run.js';

export interface TrainOptions {
  /** Default: `contrastiveObjective()`. One that is given stays the caller's to dispose. */
  objective?: Objective;
  /** Passes over the data. Default 3, unless `steps` is given. */
  epochs?: number;
  /** Ends after so many steps, in whichever epoch that is. */
  steps?: number;
  /** After the warm-up. Default 5e-5. */
  learningRate?: number;
  /** Default 'linear'. */
  schedule?: ScheduleName;
  /** Steps of linear growth, or below 1 a part of all steps. Default 0. */
  warmup?: number;
  /** All but `scaleOf`, which `layerDecay` makes. */
  optimizer?: Omit<AdamWOptions, 'scaleOf'>;
  /** Learning rates fall by this factor from each layer to the one before: see `layerwiseScale`. Default 1. */
  layerDecay?: number;
  /** Gradients are scaled down to this norm. Default 1; Infinity for never. */
  maxGradientNorm?: number;
  /** Pictures, and texts, that go through a tower at a time: see `lossAndGradients`. Default: all. */
  chunkSize?: number;
  /** Of an average of the weights that is evaluated and saved in their place, such as 0.999. Default: none. */
  emaDecay?: number;
  evaluation?: Evaluation;
  callbacks?: TrainingCallbacks | readonly TrainingCallbacks[];
  /** Where checkpoints and logs go, and from where the run is taken up: `openRun` in Node. Default: nowhere. */
  run?: TrainingRun;
  /** Steps between checkpoints; there is one at the end, too. Default: an epoch. */
  saveEvery?: number;
  /** Ends after the step in which it was aborted, as at the end of a run: with a checkpoint. */
  signal?: AbortSignal;
}

/** The options with their defaults, as numbers of steps. */
export interface Plan {
  totalSteps: number;
  warmupSteps: number;
  learningRate: number;
  schedule: ScheduleName;
  maxGradientNorm: number;
  /** null: at the end of each epoch. */
  saveEvery: number | null;
}

/** @throws InvalidArgumentError */
export function planOf({ batchesPerEpoch }: BatchSource, options: TrainOptions): Plan {
  const { warmup = 0, learningRate = 5e-5, schedule = 'linear', maxGradientNorm = 1, saveEvery } = options;
  const whole = { epochs: options.epochs, steps: options.steps, saveEvery, chunkSize: options.chunkSize };
  for (const [name, value] of Object.entries(whole)) {
    if (value === undefined || (Number.isInteger(value) && value >= 1)) continue;
    throw new InvalidArgumentError(`${name} is ${value}, but must be a whole number of at least 1.`);
  }
  if (!(maxGradientNorm > 0)) {
    throw new InvalidArgumentError(
      `maxGradientNorm is ${maxGradientNorm}, but must be above 0; Infinity for none.`,
    );
  }
  checkLayerDecay(options.layerDecay ?? 1);
  const totalSteps = totalOf(batchesPerEpoch, options);
  const warmupSteps = warmupOf(warmup, totalSteps);
  return { totalSteps, warmupSteps, learningRate, schedule, maxGradientNorm, saveEvery: saveEvery ?? null };
}

function totalOf(batchesPerEpoch: number | null, { epochs, steps }: TrainOptions): number {
  if (steps !== undefined && epochs !== undefined) {
    throw new InvalidArgumentError('Give steps or epochs, not both.');
  }
  if (steps !== undefined) return steps;
  if (batchesPerEpoch === null) {
    throw new InvalidArgumentError(
      'How many batches an epoch has is not known before they are read, and the learning rate needs to know how long ' +
        'the run is: give steps.',
    );
  }
  if (batchesPerEpoch === 0) throw new InvalidArgumentError('There is no batch to train on.');
  return (epochs ?? 3) * batchesPerEpoch;
}

function warmupOf(warmup: number, totalSteps: number): number {
  if (warmup > 0 && warmup < 1) return Math.round(warmup * totalSteps);
  if (Number.isInteger(warmup) && warmup >= 0 && warmup <= totalSteps) return warmup;
  throw new InvalidArgumentError(
    `warmup is ${warmup}, but must be a number of steps up to ${totalSteps}, or below 1 a part of them.`,
  );
}

function checkLayerDecay(decay: number): void {
  if (decay > 0 && decay <= 1) return;
  throw new InvalidArgumentError(`layerDecay is ${decay}, but must be above 0 and at most 1.`);
}
