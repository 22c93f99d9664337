// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { type LinearOptions, linear } from '../ops/linear.js';
import { CompositeLayer } from './compositeLayer.js';
import { type WeightInitializer, zeros } from './initializers.js';

/** Keras' Dense over the last axis, with the names of PyTorch's Linear: `weight` [in, out] and `bias` [out]. */
export class CLIPLinear extends CompositeLayer {
  static readonly className = 'CLIPLinear';

  constructor(
    path: string,
    readonly inputSize: number,
    readonly outputSize: number,
    initializer: WeightInitializer,
    readonly useBias = true,
  ) {
    super(path);
    this.declareWeight('weight', [inputSize, outputSize], initializer);
    if (useBias) this.declareWeight('bias', [outputSize], zeros);
  }

  get kernel(): tf.Tensor {
    return this.weight('weight');
  }

  get bias(): tf.Tensor {
    return this.weight('bias');
  }

  /** [..., inputSize] → [..., outputSize] */
  forward<T extends tf.Tensor>(x: T, options: Omit<LinearOptions, 'bias'> = {}): T {
    return linear(x, this.kernel, this.useBias ? { ...options, bias: this.bias } : options);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => this.forward(Array.isArray(inputs) ? inputs[0] : inputs));
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return [...inputShape.slice(0, -1), this.outputSize];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { inputSize, outputSize, useBias } = this;
    return { ...super.getConfig(), inputSize, outputSize, useBias };
  }

  static override fromConfig<T extends tf.serialization.Serializable>(
    _layerClass: tf.serialization.SerializableConstructor<T>,
    saved: tf.serialization.ConfigDict,
  ): T {
    const { name, inputSize, outputSize, useBias } = saved as unknown as CLIPLinear;
    return new CLIPLinear(name, inputSize, outputSize, zeros, useBias) as unknown as T;
  }
}
