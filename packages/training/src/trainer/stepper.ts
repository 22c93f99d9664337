// SPDX-License-Identifier: Apache-2.0
/** One training step: gradients, clipping, AdamW, the clamp of logit_scale, the average. */
import * as tf from '@tensorflow/tfjs';
import type { Trainable } from '../adaptation/trainable.js';
import type { TrainingBatch } from '../batch.js';
import { clipGradients } from '../gradients/clipGradients.js';
import { allParameters, lossAndGradients } from '../gradients/lossAndGradients.js';
import type { Objective } from '../objectives/objective.js';
import { AdamW } from '../optimizer/adamW.js';
import { ExponentialMovingAverage } from '../optimizer/exponentialMovingAverage.js';
import { learningRateSchedule, type Schedule } from '../optimizer/learningRate.js';
import { layerwiseScale } from '../optimizer/parameterGroups.js';
import { DivergenceError } from './errors.js';
import type { Plan, TrainOptions } from './options.js';

/** CLIP's limit: logits are scaled by at most 100. */
const LARGEST_LOGIT_SCALE = Math.log(100);
/** Records of a batch in a message; the error has all. */
const NAMED = 20;

export interface StepResult {
  loss: number;
  lossOfGuessing: number;
  gradientNorm: number;
  learningRate: number;
  logitScale: number;
}

export class Stepper {
  private readonly parameters: ReadonlyMap<string, tf.Variable>;
  private readonly optimizer: AdamW;
  private readonly average: ExponentialMovingAverage | null;
  private readonly rateOf: Schedule;

  constructor(
    private readonly trainable: Trainable,
    private readonly objective: Objective,
    private readonly plan: Plan,
    private readonly options: TrainOptions,
  ) {
    const { optimizer, layerDecay = 1, emaDecay } = options;
    this.parameters = allParameters(trainable, objective);
    this.rateOf = learningRateSchedule(plan);
    const scaleOf = layerwiseScale(trainable.model.namedWeights().keys(), layerDecay);
    this.optimizer = new AdamW(this.parameters, { ...optimizer, scaleOf });
    this.average =
      emaDecay === undefined ? null : new ExponentialMovingAverage(trainable.parameters, emaDecay);
  }

  /** @throws DivergenceError, before anything has changed */
  async take(batch: TrainingBatch): Promise<StepResult> {
    const { objective, plan, optimizer } = this;
    const { chunkSize } = this.options;
    const { loss, gradients } = lossAndGradients(this.trainable, batch, objective, { chunkSize });
    const { clipped, norm } = clipGradients(gradients, plan.maxGradientNorm);
    try {
      const [lossValue, gradientNorm] = await Promise.all([numberOf(loss), numberOf(norm)]);
      this.checkFinite(lossValue, gradientNorm, batch);
      const learningRate = this.rateOf(optimizer.iterations);
      optimizer.apply(clipped, learningRate);
      this.clampLogitScale();
      this.average?.update(optimizer.iterations);
      const logitScale = Math.exp(await numberOf(this.trainable.model.layer.logitScale));
      const lossOfGuessing = objective.lossOfGuessing(batch);
      return { loss: lossValue, lossOfGuessing, gradientNorm, learningRate, logitScale };
    } finally {
      tf.dispose([loss, norm, ...gradients.values(), ...clipped.values()]);
    }
  }

  /** Runs `use` while the model itself holds what is evaluated and saved. */
  withModel<T>(use: () => Promise<T>): Promise<T> {
    const withTrained = () => this.trainable.withModel(use);
    return this.average ? this.average.during(withTrained) : withTrained();
  }

  /** Leaves the averages in the model, for good. */
  keepAverages(): void {
    for (const [name, average] of this.average?.state() ?? []) {
      tf.tidy(() => this.parameters.get(name)!.assign(tf.clone(average)));
    }
  }

  /** All that the next step depends on, still the stepper's. */
  state(): Map<string, tf.Tensor> {
    return new Map([
      ...withPrefix('parameters', this.parameters),
      ...withPrefix('adamw', this.optimizer.state()),
      ...withPrefix('average', this.average?.state() ?? new Map()),
    ]);
  }

  /** @throws InvalidArgumentError unless it is the state of a run like this one */
  restore(state: ReadonlyMap<string, tf.Tensor>, iterations: number): void {
    this.optimizer.restore(partOf(state, 'adamw'), iterations); // Compares names and shapes.
    this.average?.restore(partOf(state, 'average'));
    const parameters = partOf(state, 'parameters');
    for (const [name, parameter] of this.parameters) {
      tf.tidy(() => parameter.assign(tf.clone(parameters.get(name)!)));
    }
  }

  dispose(): void {
    this.optimizer.dispose();
    this.average?.dispose();
  }

  private clampLogitScale(): void {
    const logitScale = this.parameters.get('logit_scale');
    if (logitScale) tf.tidy(() => logitScale.assign(tf.clipByValue(logitScale, 0, LARGEST_LOGIT_SCALE)));
  }

  private checkFinite(loss: number, norm: number, { keys }: TrainingBatch): void {
    if (Number.isFinite(loss) && Number.isFinite(norm)) return;
    const step = this.optimizer.iterations + 1;
    const what = Number.isFinite(loss) ? `The gradient's norm is ${norm}` : `The loss is ${loss}`;
    throw new DivergenceError(
      `${what} at step ${step}, of the batch with ${someOf(keys)}. The weights are as they were before it, and what ` +
        'was saved stays. Look at these records, or lower the learning rate.',
      step,
      keys,
    );
  }
}

function someOf(keys: readonly string[]): string {
  const more = keys.length - NAMED;
  return keys.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

async function numberOf(scalar: tf.Tensor): Promise<number> {
  return (await scalar.data())[0];
}

function withPrefix(prefix: string, tensors: ReadonlyMap<string, tf.Tensor>): [string, tf.Tensor][] {
  return [...tensors].map(([name, tensor]) => [`${prefix}.${name}`, tensor]);
}

function partOf(state: ReadonlyMap<string, tf.Tensor>, prefix: string): Map<string, tf.Tensor> {
  const start = `${prefix}.`;
  const part = [...state].filter(([name]) => name.startsWith(start));
  return new Map(part.map(([name, tensor]) => [name.slice(start.length), tensor]));
}
