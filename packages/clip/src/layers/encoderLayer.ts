// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { CLIPTextConfig } from '../configuration/index.js';
import type { AttentionResult } from '../ops/attention.js';
import { type AttentionMask, causalMask } from '../ops/attentionMask.js';
import { TFCLIPAttention } from './attention.js';
import { CLIPLayerNorm } from './layerNorm.js';
import { TFCLIPMLP } from './mlp.js';
import { type ForwardOptions, type TowerConfig, TowerLayer } from './towerLayer.js';

/**
 * One pre-norm Transformer block:
 *
 *     x = x + selfAttention(layerNorm1(x))
 *     x = x + mlp(layerNorm2(x))
 *
 * Mirrors HF TFCLIPEncoderLayer / CLIPEncoderLayer.
 */
export class TFCLIPEncoderLayer extends TowerLayer {
  static readonly className = 'TFCLIPEncoderLayer';
  readonly selfAttention: TFCLIPAttention;
  readonly layerNorm1: CLIPLayerNorm;
  readonly mlp: TFCLIPMLP;
  readonly layerNorm2: CLIPLayerNorm;

  constructor(config: TowerConfig, path: string) {
    super(config, path);
    const { hiddenSize, layerNormEps } = config;
    this.selfAttention = this.addChild(new TFCLIPAttention(config, `${path}/self_attn`));
    this.layerNorm1 = this.addChild(new CLIPLayerNorm(`${path}/layer_norm1`, hiddenSize, layerNormEps));
    this.mlp = this.addChild(new TFCLIPMLP(config, `${path}/mlp`));
    this.layerNorm2 = this.addChild(new CLIPLayerNorm(`${path}/layer_norm2`, hiddenSize, layerNormEps));
  }

  /** [batch, sequence, hiddenSize] → the same shape; attentions [batch, heads, sequence, sequence] when asked for. */
  forward(
    hiddenStates: tf.Tensor3D,
    options: ForwardOptions & { mask?: AttentionMask } = {},
  ): AttentionResult {
    return tf.tidy(() => {
      const normalized = this.layerNorm1.forward(hiddenStates);
      const attended = this.selfAttention.forward(normalized, { ...options, residual: hiddenStates });
      const output = this.mlp.forward(this.layerNorm2.forward(attended.hiddenStates), attended.hiddenStates);
      return { ...attended, hiddenStates: output };
    });
  }

  /** In a LayersModel: hidden states, and for text a second input, the attention mask [batch, sequence]. */
  override call(inputs: tf.Tensor | tf.Tensor[], { training }: { training?: boolean } = {}): tf.Tensor {
    const [hiddenStates, attentionMask] = (Array.isArray(inputs) ? inputs : [inputs]) as [
      tf.Tensor3D,
      tf.Tensor2D?,
    ];
    return tf.tidy(() => {
      const isText = this.config instanceof CLIPTextConfig;
      const mask = isText ? causalMask(hiddenStates.shape[1], attentionMask) : undefined;
      return this.forward(hiddenStates, { training, mask }).hiddenStates;
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as tf.Shape;
  }
}
