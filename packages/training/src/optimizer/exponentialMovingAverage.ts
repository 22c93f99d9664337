// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { InvalidArgumentError } from 'tfjs-clip';

/**
 * Averages of the parameters over the last steps, often better than the parameters themselves. Polyak & Juditsky 1992:
 *
 *     average ← d · average + (1 − d) · parameter,  d = min(decay, (1 + step) / (10 + step))
 *
 * The second term of the minimum lets the average leave its start quickly, as in TensorFlow's ExponentialMovingAverage.
 */
export class ExponentialMovingAverage {
  private readonly averages = new Map<string, tf.Variable>();

  /** @param decay in [0, 1), such as 0.999 */
  constructor(
    private readonly parameters: ReadonlyMap<string, tf.Variable>,
    private readonly decay: number,
  ) {
    if (!(decay >= 0 && decay < 1)) {
      throw new InvalidArgumentError(`The decay is ${decay}, but must be at least 0 and below 1.`);
    }
    for (const [name, parameter] of parameters) {
      this.averages.set(
        name,
        tf.tidy(() => tf.variable(tf.clone(parameter), false)),
      );
    }
  }

  /** @param step that was just taken, from 1 */
  update(step: number): void {
    const decay = Math.min(this.decay, (1 + step) / (10 + step));
    for (const [name, average] of this.averages) {
      tf.tidy(() =>
        average.assign(tf.add(tf.mul(average, decay), tf.mul(this.parameters.get(name)!, 1 - decay))),
      );
    }
  }

  /** Still this object's. */
  state(): ReadonlyMap<string, tf.Tensor> {
    return this.averages;
  }

  restore(state: ReadonlyMap<string, tf.Tensor>): void {
    for (const [name, average] of this.averages) {
      const value = state.get(name);
      if (!value || !tf.util.arraysEqual(value.shape, average.shape)) {
        throw new InvalidArgumentError(
          `This is no average of these parameters: ${name} is missing or of another shape.`,
        );
      }
      tf.tidy(() => average.assign(tf.clone(value)));
    }
  }

  /** Has the parameters hold their averages while `compute` runs, to evaluate or save them. */
  async during<T>(compute: () => Promise<T>): Promise<T> {
    this.swap();
    try {
      return await compute();
    } finally {
      this.swap();
    }
  }

  dispose(): void {
    for (const average of this.averages.values()) average.dispose();
    this.averages.clear();
  }

  private swap(): void {
    for (const [name, average] of this.averages) {
      const parameter = this.parameters.get(name)!;
      tf.tidy(() => {
        const held = tf.clone(parameter);
        parameter.assign(tf.clone(average));
        average.assign(held);
      });
    }
  }
}
