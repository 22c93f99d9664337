// SPDX-License-Identifier: Apache-2.0
/** Both towers and the space they share. Radford et al. 2021. */
import * as tf from '@tensorflow/tfjs';
import type { JSONObject } from '../configuration/fields.js';
import { CLIPConfig } from '../configuration/index.js';
import { TFCLIPMainLayer } from '../layers/index.js';
import { normalizedProjection, similarity } from '../ops/similarity.js';
import { type SaveLayersModelOptions, saveLayersModel } from '../pretrained/saveLayersModel.js';
import { bothTowersJSON } from '../pretrained/towerConfigJSON.js';
import type { VisionForwardOptions } from './clipVisionModel.js';
import { type ImageInputs, pixelTensor, type TextInputs, textTensors } from './inputs.js';
import { textLayersModel, visionLayersModel } from './layersModel.js';
import { clipLoss } from './losses.js';
import { TFBaseModelOutputWithPooling, TFCLIPOutput } from './outputs.js';
import { type ModelOptions, TFCLIPPreTrainedModel } from './preTrainedModel.js';

export type CLIPInputs = TextInputs & ImageInputs;

export interface CLIPForwardOptions extends VisionForwardOptions {
  /** Adds the contrastive loss; text i belongs to image i. */
  returnLoss?: boolean;
}

/**
 * ```ts
 * const model = await TFCLIPModel.fromPretrained('emoji-clip');
 * const out = model.call({ inputIds, attentionMask, pixelValues });
 * const probabilities = tf.softmax(out.logitsPerImage); // [images, texts]
 * ```
 * Mirrors HF TFCLIPModel / CLIPModel.
 */
export class TFCLIPModel extends TFCLIPPreTrainedModel {
  static override readonly architecture = 'CLIPModel';
  readonly layer: TFCLIPMainLayer;

  constructor(
    readonly config: CLIPConfig,
    options?: ModelOptions,
  ) {
    super();
    this.layer = new TFCLIPMainLayer(config);
    this.initialize(options);
  }

  static configFromJSON(json: JSONObject, modelName: string): CLIPConfig {
    return CLIPConfig.fromJSON(bothTowersJSON(json, modelName));
  }

  /**
   * @throws InvalidArgumentError for inputs of the wrong shape or range; with `returnLoss` unless there are as many texts
   *   as images
   */
  call(inputs: CLIPInputs, options: CLIPForwardOptions = {}): TFCLIPOutput {
    this.assertUsable();
    return tf.tidy(() => {
      const vision = this.forwardVision(inputs, options);
      const text = this.layer.textModel.forward(textTensors(inputs, this.config.textConfig), options);
      const imageEmbeds = normalizedProjection(vision.poolerOutput, this.layer.visualProjection.kernel);
      const textEmbeds = normalizedProjection(text.poolerOutput, this.layer.textProjection.kernel);
      const logitsPerText = similarity(textEmbeds, imageEmbeds, this.layer.logitScale);
      return new TFCLIPOutput({
        ...(options.returnLoss && { loss: clipLoss(logitsPerText) }),
        logitsPerImage: tf.transpose(logitsPerText),
        logitsPerText,
        textEmbeds,
        imageEmbeds,
        textModelOutput: new TFBaseModelOutputWithPooling(text),
        visionModelOutput: new TFBaseModelOutputWithPooling(vision),
      }) as never;
    });
  }

  /** Projected, not normalised, [texts, projectionDim]. */
  getTextFeatures(inputs: TextInputs, options: Pick<CLIPForwardOptions, 'training'> = {}): tf.Tensor2D {
    this.assertUsable();
    return tf.tidy(() => {
      const { poolerOutput } = this.layer.textModel.forward(
        textTensors(inputs, this.config.textConfig),
        options,
      );
      return this.layer.textProjection.forward(poolerOutput);
    });
  }

  /** Projected, not normalised, [images, projectionDim]. */
  getImageFeatures(
    inputs: ImageInputs,
    options: Pick<CLIPForwardOptions, 'training' | 'interpolatePosEncoding'> = {},
  ): tf.Tensor2D {
    this.assertUsable();
    return tf.tidy(() =>
      this.layer.visualProjection.forward(this.forwardVision(inputs, options).poolerOutput),
    );
  }

  /** Each tower with its projection as a tf.LayersModel on the same weights. */
  toLayersModel(): { text: tf.LayersModel; vision: tf.LayersModel } {
    this.assertUsable();
    const { textModel, textProjection, visionModel, visualProjection } = this.layer;
    return {
      text: textLayersModel(textModel, this.config.textConfig, textProjection),
      vision: visionLayersModel(visionModel, this.config.visionConfig, visualProjection),
    };
  }

  /** Writes `toLayersModel()` into the folders `text` and `vision` in Node, for tf.loadLayersModel in a page. */
  async saveLayersModel(directory: string, options: SaveLayersModelOptions = {}): Promise<void> {
    const { text, vision } = this.toLayersModel();
    await saveLayersModel(`${directory}/text`, text, options);
    await saveLayersModel(`${directory}/vision`, vision, options);
  }

  private forwardVision(inputs: ImageInputs, options: VisionForwardOptions) {
    const pixelValues = pixelTensor(
      inputs,
      this.config.visionConfig,
      options.interpolatePosEncoding ?? false,
    );
    return this.layer.visionModel.forward(pixelValues, options);
  }
}
