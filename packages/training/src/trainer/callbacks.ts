// SPDX-License-Identifier: Apache-2.0
/** What a run tells those who watch it, under the names of tfjs's own callbacks (tf.CustomCallbackArgs). */

export interface TrainingCallbacks {
  onTrainBegin?(start: TrainStart): void | Promise<void>;
  /** @param epoch from 0; one that was taken up in its middle begins once more */
  onEpochBegin?(epoch: number): void | Promise<void>;
  /** @param batch within the epoch, from 0 */
  onBatchBegin?(batch: number): void | Promise<void>;
  /** After the step of this batch. */
  onBatchEnd?(batch: number, logs: StepLogs): void | Promise<void>;
  onEvaluate?(logs: EvaluationLogs): void | Promise<void>;
  /** A checkpoint was written. */
  onSave?(step: number): void | Promise<void>;
  onEpochEnd?(epoch: number, logs: EpochLogs): void | Promise<void>;
  onTrainEnd?(): void | Promise<void>;
}

export interface TrainStart {
  /** Taken before, by the run that is taken up; 0 in a new one. */
  step: number;
  totalSteps: number;
}

export interface StepLogs {
  /** Taken so far, this one included. */
  step: number;
  epoch: number;
  /** Pictures in the batch. */
  size: number;
  loss: number;
  /** The loss of embeddings that say nothing: ln(size) where each picture has one text. */
  lossOfGuessing: number;
  learningRate: number;
  /** Before clipping. */
  gradientNorm: number;
  /** exp(logit_scale), after the step. */
  logitScale: number;
  /** What the step took, waiting for its batch included. */
  seconds: number;
}

export interface EvaluationLogs {
  step: number;
  metrics: Readonly<Record<string, number>>;
  /** The best so far. */
  isBest: boolean;
}

export interface EpochLogs {
  /** Mean over the epoch's batches. */
  loss: number;
}

/** Calls all of them, one after the other. */
export class CallbackList {
  private readonly all: readonly TrainingCallbacks[];

  constructor(callbacks: TrainingCallbacks | readonly TrainingCallbacks[] = []) {
    this.all = Array.isArray(callbacks) ? callbacks : [callbacks as TrainingCallbacks];
  }

  async call<Name extends keyof TrainingCallbacks>(
    name: Name,
    ...args: Parameters<NonNullable<TrainingCallbacks[Name]>>
  ): Promise<void> {
    for (const callbacks of this.all) {
      const callback = callbacks[name] as ((...given: unknown[]) => void | Promise<void>) | undefined;
      await callback?.call(callbacks, ...args);
    }
  }
}
