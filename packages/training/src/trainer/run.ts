// SPDX-License-Identifier: Apache-2.0
/** What keeps a run: `train` knows no more of files than this. */
import type * as tf from '@tensorflow/tfjs';
import type { Trainable } from '../adaptation/trainable.js';
import type { EvaluationLogs, StepLogs } from './callbacks.js';
import type { Standing } from './evaluation.js';

/** Where a run stands, as JSON. */
export interface Position extends Standing {
  /** Taken so far. */
  step: number;
  epoch: number;
  /** Taken in this epoch. */
  batch: number;
  /** Over the batches taken in this epoch. */
  lossSum: number;
  /** The step of the last evaluation. */
  evaluated: number;
}

export interface Checkpoint {
  position: Position;
  trainable: Trainable;
  /** Parameters, moments and averages. They are the run's and change with the next step. */
  tensors: ReadonlyMap<string, tf.Tensor>;
  /** Runs `write` while the model holds the weights that are to be used: the averages, if there are. */
  withModel<T>(write: () => Promise<T>): Promise<T>;
}

export interface SavedState {
  position: Position;
  /** The caller's to dispose. */
  tensors: ReadonlyMap<string, tf.Tensor>;
}

export interface TrainingRun {
  /** What to go on from; null starts at the beginning. Forgets what was logged after it. */
  begin(): Promise<SavedState | null>;
  save(checkpoint: Checkpoint): Promise<void>;
  logStep(logs: StepLogs): Promise<void>;
  logEvaluation(logs: EvaluationLogs): Promise<void>;
  /** All steps are taken and saved. */
  finish(position: Position): Promise<void>;
  /** Nothing comes any more, for whatever reason. */
  close(): Promise<void>;
}
