// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { mlpInput, residualBranch } from './initializers.js';
import { CLIPLinear } from './linear.js';
import { type TowerConfig, TowerLayer } from './towerLayer.js';

/** fc2(activation(fc1(x))) + residual. Mirrors HF TFCLIPMLP / CLIPMLP. */
export class TFCLIPMLP extends TowerLayer {
  static readonly className = 'TFCLIPMLP';
  readonly fc1: CLIPLinear;
  readonly fc2: CLIPLinear;

  constructor(config: TowerConfig, path: string) {
    super(config, path);
    const { hiddenSize, intermediateSize } = config;
    this.fc1 = this.addChild(new CLIPLinear(`${path}/fc1`, hiddenSize, intermediateSize, mlpInput(config)));
    this.fc2 = this.addChild(
      new CLIPLinear(`${path}/fc2`, intermediateSize, hiddenSize, residualBranch(config)),
    );
  }

  /** [batch, sequence, hiddenSize] → the same shape */
  forward(hiddenStates: tf.Tensor3D, residual?: tf.Tensor3D): tf.Tensor3D {
    const inner = this.fc1.forward(hiddenStates, { activation: this.config.hiddenAct });
    return this.fc2.forward(inner, { residual });
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => this.forward((Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor3D));
  }
}
