// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import type { JSONObject } from '../configuration/fields.js';
import { CLIPConfig } from '../configuration/index.js';
import { TFCLIPImageClassificationMainLayer } from '../layers/index.js';
import { bothTowersJSON } from '../pretrained/towerConfigJSON.js';
import type { VisionForwardOptions } from './clipVisionModel.js';
import { type ImageInputs, pixelTensor } from './inputs.js';
import { classificationLoss, inferProblemType } from './losses.js';
import { ImageClassifierOutput } from './outputs.js';
import { type ModelOptions, TFCLIPPreTrainedModel } from './preTrainedModel.js';

export interface ClassificationInputs extends ImageInputs {
  /** Classes, int32 [batch] or a list of integers; or values for every label, float32 [batch, numLabels] or a list of lists. */
  labels?: tf.Tensor | number[] | number[][];
}

/**
 * A linear classifier on the mean of the patch tokens (not the class token, not post-normalised).
 * Mirrors HF CLIPForImageClassification.
 */
export class TFCLIPForImageClassification extends TFCLIPPreTrainedModel {
  static override readonly architecture = 'CLIPForImageClassification';
  static readonly tower = 'vision_model';
  readonly layer: TFCLIPImageClassificationMainLayer;

  constructor(
    readonly config: CLIPConfig,
    options?: ModelOptions,
  ) {
    super();
    this.layer = new TFCLIPImageClassificationMainLayer(config);
    this.initialize(options);
  }

  static configFromJSON(json: JSONObject, modelName: string): CLIPConfig {
    return CLIPConfig.fromJSON(bothTowersJSON(json, modelName));
  }

  /** The loss is the configured problemType's, else the one that numLabels and the labels' type imply, as in HF. */
  call(inputs: ClassificationInputs, options: VisionForwardOptions = {}): ImageClassifierOutput {
    this.assertUsable();
    return tf.tidy(() => {
      const { visionConfig } = this.config;
      const pixelValues = pixelTensor(inputs, visionConfig, options.interpolatePosEncoding ?? false);
      const { lastHiddenState, hiddenStates, attentions } = this.layer.visionModel.forward(
        pixelValues,
        options,
      );
      const patches = tf.slice(lastHiddenState, [0, 1, 0]);
      const logits = this.layer.classifier.forward(tf.mean(patches, 1) as tf.Tensor2D);
      const loss = inputs.labels === undefined ? undefined : this.loss(logits, inputs.labels);
      return new ImageClassifierOutput({ loss, logits, hiddenStates, attentions }) as never;
    });
  }

  private loss(logits: tf.Tensor2D, labels: NonNullable<ClassificationInputs['labels']>): tf.Scalar {
    const targets = labels instanceof tf.Tensor ? labels : labelTensor(labels);
    const problemType = this.config.problemType ?? inferProblemType(this.config.numLabels, targets);
    return classificationLoss(logits, targets, problemType);
  }
}

function labelTensor(labels: number[] | number[][]): tf.Tensor {
  const areClasses = labels.every(Number.isInteger);
  return tf.tensor(labels, undefined, areClasses ? 'int32' : 'float32');
}
