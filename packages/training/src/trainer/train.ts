// SPDX-License-Identifier: Apache-2.0
/** A run: epochs of steps, with evaluations and checkpoints between them. */
import * as tf from '@tensorflow/tfjs';
import { InvalidArgumentError } from 'tfjs-clip';
import type { Trainable } from '../adaptation/trainable.js';
import type { BatchSource, TrainingBatch } from '../batch.js';
import { contrastiveObjective } from '../objectives/contrastive.js';
import { CallbackList } from './callbacks.js';
import { type Best, checkEvaluation, standingAfter } from './evaluation.js';
import { type Plan, planOf, type TrainOptions } from './options.js';
import type { Position } from './run.js';
import { Stepper } from './stepper.js';

export interface TrainingResult {
  /** Why it ended: all steps taken, no better evaluation for long enough, or `signal`. */
  reason: 'finished' | 'no-improvement' | 'aborted';
  step: number;
  epoch: number;
  /** The best evaluation, where there were any. */
  best: Best | null;
}

/**
 * ```ts
 * const run = await openRun('runs/emoji', { processor, resume: true });
 * await train(weightsOf(model), batches, { epochs: 10, learningRate: 1e-4, run });
 * ```
 * Leaves the trained weights in the model; with `emaDecay`, their averages.
 *
 * @throws InvalidArgumentError for options that make no sense; DivergenceError if the loss is no longer a number
 */
export async function train(
  trainable: Trainable,
  source: BatchSource,
  options: TrainOptions = {},
): Promise<TrainingResult> {
  if (options.evaluation) checkEvaluation(options.evaluation);
  const plan = planOf(source, options);
  const objective = options.objective ?? contrastiveObjective();
  const stepper = new Stepper(trainable, objective, plan, options);
  try {
    return await new Loop(stepper, trainable, source, plan, options).run();
  } finally {
    await source.close?.();
    await options.run?.close();
    stepper.dispose();
    if (!options.objective) objective.dispose();
  }
}

const START: Position = { step: 0, epoch: 0, batch: 0, lossSum: 0, evaluated: 0, best: null, since: 0 };

class Loop {
  private readonly callbacks: CallbackList;
  private position = START;
  private saved = START;

  constructor(
    private readonly stepper: Stepper,
    private readonly trainable: Trainable,
    private readonly source: BatchSource,
    private readonly plan: Plan,
    private readonly options: TrainOptions,
  ) {
    this.callbacks = new CallbackList(options.callbacks);
  }

  async run(): Promise<TrainingResult> {
    await this.resume();
    const { totalSteps } = this.plan;
    await this.callbacks.call('onTrainBegin', { step: this.position.step, totalSteps });
    while (!this.reasonToEnd()) await this.epoch();
    if (!this.options.signal?.aborted) await this.evaluate();
    await this.save();
    const reason = this.reasonToEnd()!;
    if (reason !== 'aborted') await this.options.run?.finish(this.position);
    this.stepper.keepAverages();
    await this.callbacks.call('onTrainEnd');
    const { step, epoch, best } = this.position;
    return { reason, step, epoch, best };
  }

  private async resume(): Promise<void> {
    const state = await this.options.run?.begin();
    if (!state) return;
    this.position = this.saved = state.position;
    try {
      this.stepper.restore(state.tensors, state.position.step);
    } finally {
      tf.dispose([...state.tensors.values()]);
    }
  }

  private async epoch(): Promise<void> {
    const { epoch, batch: from } = this.position;
    await this.callbacks.call('onEpochBegin', epoch);
    let waiting = performance.now();
    for await (const batch of this.source.batches(epoch, from)) {
      await this.step(batch, waiting).finally(() => disposeBatch(batch));
      if (this.reasonToEnd()) break;
      waiting = performance.now();
    }
    if (!this.reasonToEnd() || this.position.batch === this.source.batchesPerEpoch) await this.endEpoch();
  }

  private async endEpoch(): Promise<void> {
    const { epoch, batch: batches, lossSum } = this.position;
    if (batches === 0) throw new InvalidArgumentError(`There is no batch to train on in epoch ${epoch}.`);
    await this.callbacks.call('onEpochEnd', epoch, { loss: lossSum / batches });
    this.position = { ...this.position, epoch: epoch + 1, batch: 0, lossSum: 0 };
    if (this.plan.saveEvery === null) await this.save();
  }

  private async step(batch: TrainingBatch, started: number): Promise<void> {
    const { epoch, batch: index } = this.position;
    await this.callbacks.call('onBatchBegin', index);
    const size = batch.pixelValues.shape[0];
    const result = await this.stepper.take(batch);
    const { step, lossSum } = this.position;
    this.position = { ...this.position, step: step + 1, batch: index + 1, lossSum: lossSum + result.loss };
    const logs = { step: step + 1, epoch, size, ...result, seconds: (performance.now() - started) / 1000 };
    await this.options.run?.logStep(logs);
    await this.callbacks.call('onBatchEnd', index, logs);
    if (isDue(step + 1, this.options.evaluation?.every)) await this.evaluate();
    if (isDue(step + 1, this.plan.saveEvery)) await this.save();
  }

  private async evaluate(): Promise<void> {
    const { evaluation, run } = this.options;
    const { step } = this.position;
    if (!evaluation || this.position.evaluated === step) return;
    const metrics = await this.stepper.withModel(() => evaluation.evaluate(step));
    const standing = standingAfter(this.position, step, metrics, evaluation);
    const logs = { step, metrics, isBest: standing.since === 0 };
    this.position = { ...this.position, ...standing, evaluated: step };
    await run?.logEvaluation(logs);
    await this.callbacks.call('onEvaluate', logs);
    if (logs.isBest) await this.save();
  }

  private async save(): Promise<void> {
    const { position, stepper } = this;
    const { run } = this.options;
    const isSaved = this.saved.step === position.step && this.saved.evaluated === position.evaluated;
    if (!run || isSaved) return;
    this.saved = position;
    const withModel = <T>(write: () => Promise<T>) => stepper.withModel(write);
    await run.save({ position, tensors: stepper.state(), trainable: this.trainable, withModel });
    await this.callbacks.call('onSave', position.step);
  }

  private reasonToEnd(): TrainingResult['reason'] | null {
    const { step, since } = this.position;
    if (step >= this.plan.totalSteps) return 'finished';
    if (since >= (this.options.evaluation?.patience ?? Number.POSITIVE_INFINITY)) return 'no-improvement';
    return this.options.signal?.aborted ? 'aborted' : null;
  }
}

function isDue(step: number, every: number | null | undefined): boolean {
  return typeof every === 'number' && step % every === 0;
}

function disposeBatch({ pixelValues, inputIds, attentionMask }: TrainingBatch): void {
  tf.dispose([pixelValues, inputIds, attentionMask]);
}
