// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import type { CLIPVisionConfig } from '../configuration/index.js';
import { patchEmbedding } from '../ops/patchEmbedding.js';
import { classEmbedding, embedding } from './initializers.js';
import { interpolatePositions } from './positionInterpolation.js';
import { TowerLayer } from './towerLayer.js';

/** Patches, class token and positions. Mirrors HF TFCLIPVisionEmbeddings / CLIPVisionEmbeddings. */
export class TFCLIPVisionEmbeddings extends TowerLayer<CLIPVisionConfig> {
  static readonly className = 'TFCLIPVisionEmbeddings';

  constructor(config: CLIPVisionConfig, path: string) {
    super(config, path);
    const { hiddenSize, patchSize, numChannels, gridSize } = config;
    this.declareWeight('class_embedding', [hiddenSize], classEmbedding(config));
    this.declareWeight(
      'patch_embedding/weight',
      [patchSize, patchSize, numChannels, hiddenSize],
      embedding(config),
    );
    this.declareWeight('position_embedding/weight', [gridSize ** 2 + 1, hiddenSize], embedding(config));
  }

  /**
   * Positions are interpolated when the picture is not of the configured size.
   *
   * @param pixelValues [batch, channels, height, width]
   * @returns [batch, patches + 1, hiddenSize], the class token first
   */
  forward(pixelValues: tf.Tensor4D): tf.Tensor3D {
    const { patchSize } = this.config;
    const [, , height, width] = pixelValues.shape;
    const table = this.weight('position_embedding/weight') as tf.Tensor2D;
    const positions = interpolatePositions(
      table,
      Math.floor(height / patchSize),
      Math.floor(width / patchSize),
    );
    return patchEmbedding(
      pixelValues,
      this.weight('patch_embedding/weight'),
      this.weight('class_embedding'),
      positions,
    );
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => this.forward((Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor4D));
  }

  override computeOutputShape([batch]: tf.Shape): tf.Shape {
    return [batch, this.config.gridSize ** 2 + 1, this.config.hiddenSize];
  }
}
