// SPDX-License-Identifier: Apache-2.0
/** The vision tower alone, bare and with its projection. */
import * as tf from '@tensorflow/tfjs';
import type { JSONObject } from '../configuration/fields.js';
import { CLIPVisionConfig } from '../configuration/index.js';
import { TFCLIPVisionMainLayer } from '../layers/index.js';
import type { ForwardOptions } from '../layers/towerLayer.js';
import { type SaveLayersModelOptions, saveLayersModel } from '../pretrained/saveLayersModel.js';
import { towerConfigJSON } from '../pretrained/towerConfigJSON.js';
import { type ImageInputs, pixelTensor } from './inputs.js';
import { visionLayersModel } from './layersModel.js';
import { CLIPVisionModelOutput, TFBaseModelOutputWithPooling } from './outputs.js';
import { type ModelOptions, TFCLIPPreTrainedModel } from './preTrainedModel.js';

export interface VisionForwardOptions extends ForwardOptions {
  /** Takes pictures of another size than the configured one. Default false. */
  interpolatePosEncoding?: boolean;
}

abstract class VisionModel extends TFCLIPPreTrainedModel {
  static readonly tower = 'vision_model';
  readonly layer: TFCLIPVisionMainLayer;

  constructor(
    readonly config: CLIPVisionConfig,
    project: boolean,
    options?: ModelOptions,
  ) {
    super();
    this.layer = new TFCLIPVisionMainLayer(config, project);
    this.initialize(options);
  }

  static configFromJSON(json: JSONObject, modelName: string): CLIPVisionConfig {
    return CLIPVisionConfig.fromJSON(towerConfigJSON(json, 'vision_config', modelName));
  }

  /** The tower as a tf.LayersModel on the same weights: pixelValues → pooled or projected states. */
  toLayersModel(): tf.LayersModel {
    this.assertUsable();
    return visionLayersModel(this.layer.visionModel, this.config, this.layer.visualProjection);
  }

  /** Writes `toLayersModel()` into a folder in Node, for tf.loadLayersModel in a page. */
  async saveLayersModel(directory: string, options: SaveLayersModelOptions = {}): Promise<void> {
    await saveLayersModel(directory, this.toLayersModel(), options);
  }

  protected forwardTower(inputs: ImageInputs, options: VisionForwardOptions) {
    this.assertUsable();
    const pixelValues = pixelTensor(inputs, this.config, options.interpolatePosEncoding ?? false);
    return this.layer.visionModel.forward(pixelValues, options);
  }
}

/** Mirrors HF TFCLIPVisionModel / CLIPVisionModel. */
export class TFCLIPVisionModel extends VisionModel {
  static override readonly architecture = 'CLIPVisionModel';
  constructor(config: CLIPVisionConfig, options?: ModelOptions) {
    super(config, false, options);
  }

  /** @throws InvalidArgumentError for pixelValues of another rank, channel count or size */
  call(inputs: ImageInputs, options: VisionForwardOptions = {}): TFBaseModelOutputWithPooling {
    return tf.tidy(() => new TFBaseModelOutputWithPooling(this.forwardTower(inputs, options)) as never);
  }
}

/** Mirrors HF CLIPVisionModelWithProjection. */
export class TFCLIPVisionModelWithProjection extends VisionModel {
  static override readonly architecture = 'CLIPVisionModelWithProjection';
  constructor(config: CLIPVisionConfig, options?: ModelOptions) {
    super(config, true, options);
  }

  call(inputs: ImageInputs, options: VisionForwardOptions = {}): CLIPVisionModelOutput {
    return tf.tidy(() => {
      const { poolerOutput, ...states } = this.forwardTower(inputs, options);
      const imageEmbeds = this.layer.visualProjection!.forward(poolerOutput);
      return new CLIPVisionModelOutput({ imageEmbeds, ...states }) as never;
    });
  }
}
