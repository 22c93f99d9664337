// SPDX-License-Identifier: Apache-2.0
/** Configuration of the vision tower; fields and defaults of HF's CLIPVisionConfig. */
import { ConfigurationError } from '../errors.js';
import {
  type FieldRules,
  fromSnakeCase,
  type JSONObject,
  positiveInteger,
  readFields,
  squareSize,
} from './fields.js';
import { checkHeads, type TowerFields, towerRules, towerToJSON } from './towerConfig.js';

export interface CLIPVisionConfigFields extends TowerFields {
  numChannels: number;
  /** Side of the square picture, in pixels. */
  imageSize: number;
  /** Side of a square patch, in pixels. */
  patchSize: number;
}

const RULES: FieldRules<CLIPVisionConfigFields> = {
  ...towerRules(768, 12),
  numChannels: positiveInteger(3),
  imageSize: squareSize(224),
  patchSize: squareSize(32),
};

export interface CLIPVisionConfig extends Readonly<CLIPVisionConfigFields> {}

/** @throws ConfigurationError for a field out of its range, heads that do not divide the width, or a patch larger than the picture. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor assigns every field by its rule
export class CLIPVisionConfig {
  static readonly modelType = 'clip_vision_model';
  readonly modelType = CLIPVisionConfig.modelType;
  /** Keys of config.json that CLIP has no use for; written back by `toJSON`. */
  readonly unknown: JSONObject;

  constructor(options: Partial<CLIPVisionConfigFields> = {}) {
    const { fields, unknown } = readFields(RULES, options, 'vision_config');
    checkHeads(fields, 'vision_config');
    if (fields.patchSize > fields.imageSize) {
      throw new ConfigurationError(
        `vision_config.patch_size (${fields.patchSize}) must not exceed image_size (${fields.imageSize}).`,
      );
    }
    Object.assign(this, fields);
    const { modelType, ...kept } = unknown;
    this.unknown = kept;
  }

  /** Patches along one side. */
  get gridSize(): number {
    return Math.floor(this.imageSize / this.patchSize);
  }

  static fromJSON(json: JSONObject): CLIPVisionConfig {
    return new CLIPVisionConfig(fromSnakeCase(RULES, json));
  }

  toJSON(): JSONObject {
    return towerToJSON(this.modelType, RULES, this, this.unknown);
  }
}
