// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { layerNorm } from '../ops/layerNorm.js';
import { CompositeLayer } from './compositeLayer.js';
import { ones, zeros } from './initializers.js';

/** Layer normalisation with the names of PyTorch's LayerNorm: `weight` (gamma) and `bias` (beta), both [width]. */
export class CLIPLayerNorm extends CompositeLayer {
  static readonly className = 'CLIPLayerNorm';

  constructor(
    path: string,
    readonly width: number,
    readonly epsilon: number,
  ) {
    super(path);
    this.declareWeight('weight', [width], ones);
    this.declareWeight('bias', [width], zeros);
  }

  /** [..., width] → the same shape */
  forward<T extends tf.Tensor>(x: T): T {
    return layerNorm(x, this.weight('weight'), this.weight('bias'), this.epsilon);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => this.forward(Array.isArray(inputs) ? inputs[0] : inputs));
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { width, epsilon } = this;
    return { ...super.getConfig(), width, epsilon };
  }

  static override fromConfig<T extends tf.serialization.Serializable>(
    _layerClass: tf.serialization.SerializableConstructor<T>,
    saved: tf.serialization.ConfigDict,
  ): T {
    const { name, width, epsilon } = saved as unknown as CLIPLayerNorm;
    return new CLIPLayerNorm(name, width, epsilon) as unknown as T;
  }
}
