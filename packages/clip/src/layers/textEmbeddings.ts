// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import type { CLIPTextConfig } from '../configuration/index.js';
import { tokenEmbedding } from '../ops/embedding.js';
import { embedding } from './initializers.js';
import { TowerLayer } from './towerLayer.js';

/** Token plus position embeddings. Mirrors HF TFCLIPTextEmbeddings / CLIPTextEmbeddings. */
export class TFCLIPTextEmbeddings extends TowerLayer<CLIPTextConfig> {
  static readonly className = 'TFCLIPTextEmbeddings';

  constructor(config: CLIPTextConfig, path: string) {
    super(config, path);
    const { vocabSize, maxPositionEmbeddings, hiddenSize } = config;
    this.declareWeight('token_embedding/weight', [vocabSize, hiddenSize], embedding(config));
    this.declareWeight('position_embedding/weight', [maxPositionEmbeddings, hiddenSize], embedding(config));
  }

  /**
   * @param inputIds int32 [batch, sequence]
   * @param positionIds int32 [batch | 1, sequence]; 0, 1, 2, … by default
   * @returns [batch, sequence, hiddenSize]
   */
  forward(inputIds: tf.Tensor2D, positionIds?: tf.Tensor2D): tf.Tensor3D {
    const positions =
      positionIds ?? (tf.expandDims(tf.range(0, inputIds.shape[1], 1, 'int32'), 0) as tf.Tensor2D);
    return tokenEmbedding(
      inputIds,
      positions,
      this.weight('token_embedding/weight'),
      this.weight('position_embedding/weight'),
    );
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() =>
      this.forward(tf.cast(Array.isArray(inputs) ? inputs[0] : inputs, 'int32') as tf.Tensor2D),
    );
  }

  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return [...inputShape, this.config.hiddenSize];
  }
}
