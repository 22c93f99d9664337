// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import type { CLIPVisionConfig } from '../configuration/index.js';
import { TFCLIPEncoder } from './encoder.js';
import { CLIPLayerNorm } from './layerNorm.js';
import { poolClassToken } from './pooling.js';
import type { TowerResult } from './textTransformer.js';
import { type ForwardOptions, TowerLayer } from './towerLayer.js';
import { TFCLIPVisionEmbeddings } from './visionEmbeddings.js';

/** The ViT. Mirrors HF TFCLIPVisionTransformer / CLIPVisionTransformer, misspelt `pre_layrnorm` included. */
export class TFCLIPVisionTransformer extends TowerLayer<CLIPVisionConfig> {
  static readonly className = 'TFCLIPVisionTransformer';
  readonly embeddings: TFCLIPVisionEmbeddings;
  readonly preLayerNorm: CLIPLayerNorm;
  readonly encoder: TFCLIPEncoder;
  readonly postLayerNorm: CLIPLayerNorm;

  constructor(config: CLIPVisionConfig, path: string) {
    super(config, path);
    const { hiddenSize, layerNormEps } = config;
    this.embeddings = this.addChild(new TFCLIPVisionEmbeddings(config, `${path}/embeddings`));
    this.preLayerNorm = this.addChild(new CLIPLayerNorm(`${path}/pre_layrnorm`, hiddenSize, layerNormEps));
    this.encoder = this.addChild(new TFCLIPEncoder(config, `${path}/encoder`));
    this.postLayerNorm = this.addChild(new CLIPLayerNorm(`${path}/post_layernorm`, hiddenSize, layerNormEps));
  }

  /** `lastHiddenState` is not normalised; only the pooled class token is. */
  forward(pixelValues: tf.Tensor4D, options: ForwardOptions = {}): TowerResult {
    return tf.tidy(() => {
      const embeddings = this.preLayerNorm.forward(this.embeddings.forward(pixelValues));
      const encoded = this.encoder.forward(embeddings, options);
      return {
        ...encoded,
        poolerOutput: this.postLayerNorm.forward(poolClassToken(encoded.lastHiddenState)),
      };
    });
  }

  /** In a LayersModel: pixelValues → poolerOutput. */
  override call(inputs: tf.Tensor | tf.Tensor[], { training }: { training?: boolean } = {}): tf.Tensor {
    const pixelValues = (Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D;
    return tf.tidy(() => this.forward(pixelValues, { training }).poolerOutput);
  }

  override computeOutputShape([batch]: tf.Shape): tf.Shape {
    return [batch, this.config.hiddenSize];
  }
}
