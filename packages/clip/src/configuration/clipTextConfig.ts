// SPDX-License-Identifier: Apache-2.0
/** Configuration of the text tower; fields and defaults of HF's CLIPTextConfig. */
import {
  type FieldRules,
  fromSnakeCase,
  type JSONObject,
  positiveInteger,
  readFields,
  tokenId,
} from './fields.js';
import { checkHeads, type TowerFields, towerRules, towerToJSON } from './towerConfig.js';

export interface CLIPTextConfigFields extends TowerFields {
  vocabSize: number;
  maxPositionEmbeddings: number;
  padTokenId: number | null;
  bosTokenId: number | null;
  /** 2 selects the pooling rule of OpenAI's files: the position of the largest id. */
  eosTokenId: number | null;
}

const RULES: FieldRules<CLIPTextConfigFields> = {
  ...towerRules(512, 8),
  vocabSize: positiveInteger(49408),
  maxPositionEmbeddings: positiveInteger(77),
  padTokenId: tokenId(1),
  bosTokenId: tokenId(49406),
  eosTokenId: tokenId(49407),
};

export interface CLIPTextConfig extends Readonly<CLIPTextConfigFields> {}

/**
 * ```ts
 * const config = new CLIPTextConfig({ hiddenSize: 256, numAttentionHeads: 4 });
 * ```
 * @throws ConfigurationError for a field out of its range, or heads that do not divide the width.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor assigns every field by its rule
export class CLIPTextConfig {
  static readonly modelType = 'clip_text_model';
  readonly modelType = CLIPTextConfig.modelType;
  /** Keys of config.json that CLIP has no use for; written back by `toJSON`. */
  readonly unknown: JSONObject;

  constructor(options: Partial<CLIPTextConfigFields> = {}) {
    const { fields, unknown } = readFields(RULES, options, 'text_config');
    checkHeads(fields, 'text_config');
    Object.assign(this, fields);
    const { modelType, ...kept } = unknown;
    this.unknown = kept;
  }

  /** From the snake_case object of a config.json. */
  static fromJSON(json: JSONObject): CLIPTextConfig {
    return new CLIPTextConfig(fromSnakeCase(RULES, json));
  }

  toJSON(): JSONObject {
    return towerToJSON(this.modelType, RULES, this, this.unknown);
  }
}
