// SPDX-License-Identifier: Apache-2.0
/** The text tower alone, bare and with its projection. */
import * as tf from '@tensorflow/tfjs';
import type { JSONObject } from '../configuration/fields.js';
import { CLIPTextConfig } from '../configuration/index.js';
import { TFCLIPTextMainLayer } from '../layers/index.js';
import type { ForwardOptions } from '../layers/towerLayer.js';
import { type SaveLayersModelOptions, saveLayersModel } from '../pretrained/saveLayersModel.js';
import { towerConfigJSON } from '../pretrained/towerConfigJSON.js';
import { type TextInputs, textTensors } from './inputs.js';
import { textLayersModel } from './layersModel.js';
import { CLIPTextModelOutput, TFBaseModelOutputWithPooling } from './outputs.js';
import { type ModelOptions, TFCLIPPreTrainedModel } from './preTrainedModel.js';

abstract class TextModel extends TFCLIPPreTrainedModel {
  static readonly tower = 'text_model';
  readonly layer: TFCLIPTextMainLayer;

  constructor(
    readonly config: CLIPTextConfig,
    project: boolean,
    options?: ModelOptions,
  ) {
    super();
    this.layer = new TFCLIPTextMainLayer(config, project);
    this.initialize(options);
  }

  static configFromJSON(json: JSONObject, modelName: string): CLIPTextConfig {
    return CLIPTextConfig.fromJSON(towerConfigJSON(json, 'text_config', modelName));
  }

  /** The tower as a tf.LayersModel on the same weights: [inputIds, attentionMask] → pooled or projected states. */
  toLayersModel(): tf.LayersModel {
    this.assertUsable();
    return textLayersModel(this.layer.textModel, this.config, this.layer.textProjection);
  }

  /** Writes `toLayersModel()` into a folder in Node, for tf.loadLayersModel in a page. */
  async saveLayersModel(directory: string, options: SaveLayersModelOptions = {}): Promise<void> {
    await saveLayersModel(directory, this.toLayersModel(), options);
  }

  protected forwardTower(inputs: TextInputs, options: ForwardOptions) {
    this.assertUsable();
    return this.layer.textModel.forward(textTensors(inputs, this.config), options);
  }
}

/** Mirrors HF TFCLIPTextModel / CLIPTextModel. */
export class TFCLIPTextModel extends TextModel {
  static override readonly architecture = 'CLIPTextModel';
  constructor(config: CLIPTextConfig, options?: ModelOptions) {
    super(config, false, options);
  }

  /** @throws InvalidArgumentError for ids of the wrong shape or beyond the vocabulary, or texts beyond the context */
  call(inputs: TextInputs, options: ForwardOptions = {}): TFBaseModelOutputWithPooling {
    return tf.tidy(() => new TFBaseModelOutputWithPooling(this.forwardTower(inputs, options)) as never);
  }
}

/** Mirrors HF CLIPTextModelWithProjection. */
export class TFCLIPTextModelWithProjection extends TextModel {
  static override readonly architecture = 'CLIPTextModelWithProjection';
  constructor(config: CLIPTextConfig, options?: ModelOptions) {
    super(config, true, options);
  }

  call(inputs: TextInputs, options: ForwardOptions = {}): CLIPTextModelOutput {
    return tf.tidy(() => {
      const { poolerOutput, ...states } = this.forwardTower(inputs, options);
      const textEmbeds = this.layer.textProjection!.forward(poolerOutput);
      return new CLIPTextModelOutput({ textEmbeds, ...states }) as never;
    });
  }
}
