// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { InvalidArgumentError } from 'tfjs-clip';
import { adamWStep } from './adamWStep.js';
import { decays } from './parameterGroups.js';

export interface AdamWOptions {
  /** Default 0.9. */
  beta1?: number;
  /** Default 0.999; CLIP itself was trained with 0.98. */
  beta2?: number;
  /** Default 1e-8; CLIP's vision transformers: 1e-6. */
  epsilon?: number;
  /** Default 0.01. */
  weightDecay?: number;
  /** Of the learning rate, by the parameter's name. Default 1 for all. */
  scaleOf?: (name: string) => number;
  /** Default: matrices and convolutions. */
  decayOf?: (name: string, shape: readonly number[]) => boolean;
}

interface Moments {
  first: tf.Variable;
  second: tf.Variable;
}

/**
 * Adam with the decay apart from the gradient, with torch.optim.AdamW's numbers. Loshchilov & Hutter 2019, algorithm 2:
 *
 *     θ ← θ (1 − η λ)    m ← β₁ m + (1 − β₁) g    v ← β₂ v + (1 − β₂) g²
 *     θ ← θ − η / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
 */
export class AdamW {
  private readonly moments = new Map<string, Moments>();
  private readonly options: Required<AdamWOptions>;
  private step = 0;

  /** @throws InvalidArgumentError for an option out of range */
  constructor(
    private readonly parameters: ReadonlyMap<string, tf.Variable>,
    options: AdamWOptions = {},
  ) {
    this.options = {
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0.01,
      scaleOf: () => 1,
      decayOf: (_, shape) => decays(shape),
      ...options,
    };
    checkOptions(this.options);
    for (const [name, { shape }] of parameters) {
      this.moments.set(name, { first: zeros(shape), second: zeros(shape) });
    }
  }

  /** Steps taken. */
  get iterations(): number {
    return this.step;
  }

  /** One step. A parameter without a gradient stays as it is. @param gradients by the parameters' names; they stay the caller's */
  apply(gradients: ReadonlyMap<string, tf.Tensor>, learningRate: number): void {
    this.step++;
    for (const [name, gradient] of gradients) {
      const parameter = this.parameters.get(name);
      if (!parameter) throw new InvalidArgumentError(`There is a gradient of ${name}, which is not trained.`);
      this.update(name, parameter, gradient, learningRate * this.options.scaleOf(name));
    }
  }

  /** What a resumed run needs: `NAME.first` and `NAME.second`, still the optimizer's. The step count is `iterations`. */
  state(): Map<string, tf.Tensor> {
    const entries = [...this.moments].flatMap(([name, { first, second }]): [string, tf.Tensor][] => [
      [`${name}.first`, first],
      [`${name}.second`, second],
    ]);
    return new Map(entries);
  }

  /** @throws InvalidArgumentError unless it is the state of an optimizer of the same parameters */
  restore(state: ReadonlyMap<string, tf.Tensor>, iterations: number): void {
    const problems = [...this.state()].flatMap(([key, { shape }]) => misfit(key, shape, state.get(key)));
    if (problems.length > 0) {
      throw new InvalidArgumentError(`This is no state of these parameters: ${problems.join('; ')}.`);
    }
    for (const [name, { first, second }] of this.moments) {
      tf.tidy(() => {
        first.assign(tf.clone(state.get(`${name}.first`)!));
        second.assign(tf.clone(state.get(`${name}.second`)!));
      });
    }
    this.step = iterations;
  }

  dispose(): void {
    for (const moments of this.moments.values()) tf.dispose([moments.first, moments.second]);
    this.moments.clear();
  }

  private update(name: string, parameter: tf.Variable, gradient: tf.Tensor, rate: number): void {
    const { beta1, beta2, epsilon, weightDecay, decayOf } = this.options;
    const { first, second } = this.moments.get(name)!;
    const decay = decayOf(name, parameter.shape) ? 1 - rate * weightDecay : 1;
    const { step } = this;
    tf.tidy(() => {
      const variables = [parameter, first, second];
      const inputs = { parameter, gradient, first, second };
      const after = adamWStep(inputs, { step, rate, decay, beta1, beta2, epsilon });
      for (const [i, variable] of variables.entries()) variable.assign(after[i]);
    });
  }
}

function zeros(shape: number[]): tf.Variable {
  return tf.tidy(() => tf.variable(tf.zeros(shape), false));
}

function misfit(key: string, shape: number[], value?: tf.Tensor): string[] {
  if (!value) return [`${key} is missing`];
  return tf.util.arraysEqual(value.shape, shape) ? [] : [`${key} is [${value.shape}] instead of [${shape}]`];
}

function checkOptions({ beta1, beta2, epsilon, weightDecay }: Required<AdamWOptions>): void {
  const isBelowOne = (value: number) => value >= 0 && value < 1;
  const rules: [string, number, boolean, string][] = [
    ['beta1', beta1, isBelowOne(beta1), 'at least 0 and below 1'],
    ['beta2', beta2, isBelowOne(beta2), 'at least 0 and below 1'],
    ['epsilon', epsilon, epsilon > 0, 'above 0'],
    ['weightDecay', weightDecay, weightDecay >= 0, 'at least 0'],
  ];
  for (const [name, value, holds, accepted] of rules) {
    if (!holds) throw new InvalidArgumentError(`${name} is ${value}, but must be ${accepted}.`);
  }
}
