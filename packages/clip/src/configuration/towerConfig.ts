// SPDX-License-Identifier: Apache-2.0
/** What the text and the vision tower's configurations share: the fields a Transformer block reads. */
import { ConfigurationError } from '../errors.js';
import {
  count,
  type FieldRules,
  finiteNumber,
  type JSONObject,
  oneOf,
  positiveInteger,
  positiveNumber,
  probability,
} from './fields.js';
import { toSnakeCase } from './snakeCase.js';

/** Names that HF's `hidden_act` may take here; `quick_gelu` is x·σ(1.702x), `gelu` the exact erf form. */
export const ACTIVATIONS = [
  'quick_gelu',
  'gelu',
  'gelu_new',
  'gelu_pytorch_tanh',
  'relu',
  'silu',
  'swish',
] as const;
export type Activation = (typeof ACTIVATIONS)[number];

export interface TowerFields {
  hiddenSize: number;
  intermediateSize: number;
  projectionDim: number;
  numHiddenLayers: number;
  numAttentionHeads: number;
  hiddenAct: Activation;
  layerNormEps: number;
  attentionDropout: number;
  initializerRange: number;
  initializerFactor: number;
}

/** Fields, types and defaults of HF's CLIPTextConfig and CLIPVisionConfig that both have. */
export function towerRules(hiddenSize: number, heads: number): FieldRules<TowerFields> {
  return {
    hiddenSize: positiveInteger(hiddenSize),
    intermediateSize: positiveInteger(4 * hiddenSize),
    projectionDim: positiveInteger(512),
    numHiddenLayers: count(12, 1000),
    numAttentionHeads: positiveInteger(heads),
    hiddenAct: oneOf(ACTIVATIONS, 'quick_gelu'),
    layerNormEps: positiveNumber(1e-5),
    attentionDropout: probability(0),
    initializerRange: finiteNumber(0.02),
    initializerFactor: finiteNumber(1),
  };
}

/** HF's `validate_architecture`. */
export function checkHeads({ hiddenSize, numAttentionHeads }: TowerFields, where: string): void {
  if (hiddenSize % numAttentionHeads === 0) return;
  throw new ConfigurationError(
    `${where}.hidden_size (${hiddenSize}) must be a multiple of num_attention_heads (${numAttentionHeads}).`,
  );
}

/** The snake_case form that goes to disk: `model_type`, every field, then keys we do not know as they came. */
export function towerToJSON(
  modelType: string,
  rules: object,
  config: object,
  unknown: JSONObject,
): JSONObject {
  const fields = Object.keys(rules).map((key) => [toSnakeCase(key), (config as JSONObject)[key]]);
  return { ...unknown, model_type: modelType, ...Object.fromEntries(fields) };
}
