// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { type AttentionResult, attention } from '../ops/attention.js';
import type { AttentionMask } from '../ops/attentionMask.js';
import { attentionOutput, residualBranch } from './initializers.js';
import { CLIPLinear } from './linear.js';
import { type ForwardOptions, type TowerConfig, TowerLayer } from './towerLayer.js';

export interface AttentionForwardOptions extends ForwardOptions {
  mask?: AttentionMask;
  /** Added to the output, [batch, sequence, hiddenSize]. */
  residual?: tf.Tensor3D;
}

/**
 * Multi-head self-attention of both towers:
 *
 *     outProj(mergeHeads(softmax(q kᵀ / √headDim + mask) v)) + residual
 *
 * Mirrors HF TFCLIPAttention / CLIPAttention. Vaswani et al. 2017, §3.2.2.
 */
export class TFCLIPAttention extends TowerLayer {
  static readonly className = 'TFCLIPAttention';
  readonly queryProjection: CLIPLinear;
  readonly keyProjection: CLIPLinear;
  readonly valueProjection: CLIPLinear;
  readonly outProjection: CLIPLinear;

  constructor(config: TowerConfig, path: string) {
    super(config, path);
    const { hiddenSize } = config;
    const input = residualBranch(config);
    this.keyProjection = this.addChild(new CLIPLinear(`${path}/k_proj`, hiddenSize, hiddenSize, input));
    this.valueProjection = this.addChild(new CLIPLinear(`${path}/v_proj`, hiddenSize, hiddenSize, input));
    this.queryProjection = this.addChild(new CLIPLinear(`${path}/q_proj`, hiddenSize, hiddenSize, input));
    const output = attentionOutput(config);
    this.outProjection = this.addChild(new CLIPLinear(`${path}/out_proj`, hiddenSize, hiddenSize, output));
  }

  /** [batch, sequence, hiddenSize] → the same shape; attentions [batch, heads, sequence, sequence] when asked for. */
  forward(hiddenStates: tf.Tensor3D, options: AttentionForwardOptions = {}): AttentionResult {
    const merged = attention(hiddenStates, {
      query: this.queryProjection,
      key: this.keyProjection,
      value: this.valueProjection,
      numHeads: this.config.numAttentionHeads,
      mask: options.mask,
      dropout: options.training ? this.config.attentionDropout : 0,
      outputAttentions: options.outputAttentions ?? false,
    });
    const { residual } = options;
    return { ...merged, hiddenStates: this.outProjection.forward(merged.hiddenStates, { residual }) };
  }

  override call(inputs: tf.Tensor | tf.Tensor[], { training }: { training?: boolean } = {}): tf.Tensor {
    const hiddenStates = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor3D;
    return tf.tidy(() => this.forward(hiddenStates, { training }).hiddenStates);
  }
}
