// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import type { CLIPTextConfig } from '../configuration/index.js';
import { causalMask } from '../ops/attentionMask.js';
import { type EncoderResult, TFCLIPEncoder } from './encoder.js';
import { CLIPLayerNorm } from './layerNorm.js';
import { poolEndOfText } from './pooling.js';
import { TFCLIPTextEmbeddings } from './textEmbeddings.js';
import { type ForwardOptions, TowerLayer } from './towerLayer.js';

export interface TextTensors {
  /** int32 [batch, sequence] */
  inputIds: tf.Tensor2D;
  /** int32 [batch, sequence], 1 where a token is real; all are by default */
  attentionMask?: tf.Tensor2D;
  /** int32 [batch | 1, sequence] */
  positionIds?: tf.Tensor2D;
}

export interface TowerResult extends EncoderResult {
  /** [batch, hiddenSize] */
  poolerOutput: tf.Tensor2D;
}

/** The causal text tower. Mirrors HF TFCLIPTextTransformer / CLIPTextTransformer. */
export class TFCLIPTextTransformer extends TowerLayer<CLIPTextConfig> {
  static readonly className = 'TFCLIPTextTransformer';
  readonly embeddings: TFCLIPTextEmbeddings;
  readonly encoder: TFCLIPEncoder;
  readonly finalLayerNorm: CLIPLayerNorm;

  constructor(config: CLIPTextConfig, path: string) {
    super(config, path);
    this.embeddings = this.addChild(new TFCLIPTextEmbeddings(config, `${path}/embeddings`));
    this.encoder = this.addChild(new TFCLIPEncoder(config, `${path}/encoder`));
    const { hiddenSize, layerNormEps } = config;
    this.finalLayerNorm = this.addChild(
      new CLIPLayerNorm(`${path}/final_layer_norm`, hiddenSize, layerNormEps),
    );
  }

  /** `lastHiddenState` is the normalised output; `hiddenStates` ends with the one before normalisation. */
  forward({ inputIds, attentionMask, positionIds }: TextTensors, options: ForwardOptions = {}): TowerResult {
    return tf.tidy(() => {
      const embeddings = this.embeddings.forward(inputIds, positionIds);
      const mask = causalMask(inputIds.shape[1], attentionMask);
      const encoded = this.encoder.forward(embeddings, { ...options, mask });
      const lastHiddenState = this.finalLayerNorm.forward(encoded.lastHiddenState);
      const poolerOutput = poolEndOfText(lastHiddenState, inputIds, this.config.eosTokenId);
      return { ...encoded, lastHiddenState, poolerOutput };
    });
  }

  /** In a LayersModel: inputIds and, if there is a second input, attentionMask → poolerOutput. */
  override call(inputs: tf.Tensor | tf.Tensor[], { training }: { training?: boolean } = {}): tf.Tensor {
    return tf.tidy(() => {
      const [ids, mask] = (Array.isArray(inputs) ? inputs : [inputs]) as [tf.Tensor2D, tf.Tensor2D?];
      return this.forward({ inputIds: tf.cast(ids, 'int32'), attentionMask: mask }, { training })
        .poolerOutput;
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [batch] = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as tf.Shape;
    return [batch, this.config.hiddenSize];
  }
}
