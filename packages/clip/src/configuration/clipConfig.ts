// SPDX-License-Identifier: Apache-2.0
/** Configuration of the whole model, HF's CLIPConfig, with the legacy keys that old files carry. */
import { ConfigurationError } from '../errors.js';
import { CLIPTextConfig, type CLIPTextConfigFields } from './clipTextConfig.js';
import { CLIPVisionConfig, type CLIPVisionConfigFields } from './clipVisionConfig.js';
import {
  asObject,
  count,
  type FieldRules,
  finiteNumber,
  fromSnakeCase,
  type JSONObject,
  positiveInteger,
  readFields,
} from './fields.js';
import { toSnakeCase } from './snakeCase.js';

export const PROBLEM_TYPES = [
  'regression',
  'single_label_classification',
  'multi_label_classification',
] as const;
export type ProblemType = (typeof PROBLEM_TYPES)[number];

interface TopFields {
  projectionDim: number;
  logitScaleInitValue: number;
  initializerFactor: number;
}

export interface CLIPConfigFields extends TopFields {
  textConfig: CLIPTextConfig | Partial<CLIPTextConfigFields>;
  visionConfig: CLIPVisionConfig | Partial<CLIPVisionConfigFields>;
  /** Classes of TFCLIPForImageClassification; HF's default is two. */
  numLabels: number;
  id2label: Record<string, string>;
  problemType: ProblemType | null;
}

const RULES: FieldRules<TopFields> = {
  projectionDim: positiveInteger(512),
  logitScaleInitValue: finiteNumber(2.6592),
  initializerFactor: finiteNumber(1),
};
const NUM_LABELS = count(2, 1_000_000);
const LABEL_KEYS = ['numLabels', 'id2label', 'problemType', 'num_labels', 'label2id', 'problem_type'];

export interface CLIPConfig extends Readonly<TopFields> {}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor assigns every field by its rule
export class CLIPConfig {
  static readonly modelType = 'clip';
  readonly modelType = CLIPConfig.modelType;
  readonly textConfig: CLIPTextConfig;
  readonly visionConfig: CLIPVisionConfig;
  readonly id2label: Readonly<Record<string, string>>;
  /** Which loss TFCLIPForImageClassification computes; null lets its labels decide, as HF does. */
  readonly problemType: ProblemType | null;
  /** Keys of config.json that CLIP has no use for; written back by `toJSON`. */
  readonly unknown: JSONObject;

  constructor(options: Partial<CLIPConfigFields> = {}) {
    const { textConfig, visionConfig, ...rest } = options;
    const { fields, unknown } = readFields(RULES, rest, 'config');
    Object.assign(this, fields);
    this.textConfig = textConfig instanceof CLIPTextConfig ? textConfig : new CLIPTextConfig(textConfig);
    this.visionConfig =
      visionConfig instanceof CLIPVisionConfig ? visionConfig : new CLIPVisionConfig(visionConfig);
    this.id2label = options.id2label ?? numberedLabels(options.numLabels ?? 2);
    this.problemType = checkProblemType(options.problemType ?? null);
    this.unknown = Object.fromEntries(
      Object.entries(unknown).filter(
        ([key]) => key !== 'modelType' && key !== 'model_type' && !LABEL_KEYS.includes(key),
      ),
    );
  }

  get numLabels(): number {
    return Object.keys(this.id2label).length;
  }

  static fromTextVisionConfigs(
    textConfig: CLIPTextConfig,
    visionConfig: CLIPVisionConfig,
    options: Partial<Omit<CLIPConfigFields, 'textConfig' | 'visionConfig'>> = {},
  ): CLIPConfig {
    return new CLIPConfig({ ...options, textConfig, visionConfig });
  }

  /** From the snake_case object of a config.json. `text_config_dict` and `vision_config_dict` of old files override their successors. */
  static fromJSON(json: JSONObject): CLIPConfig {
    const { text_config, vision_config, text_config_dict, vision_config_dict, ...top } = json;
    const text = mergeLegacy(CLIPTextConfig, text_config, text_config_dict, 'text_config');
    const vision = mergeLegacy(CLIPVisionConfig, vision_config, vision_config_dict, 'vision_config');
    const { num_labels, id2label, problem_type } = top;
    return new CLIPConfig({
      ...fromSnakeCase(RULES, top),
      textConfig: CLIPTextConfig.fromJSON(text),
      visionConfig: CLIPVisionConfig.fromJSON(vision),
      ...(num_labels === undefined ? {} : { numLabels: NUM_LABELS.check(num_labels, 'num_labels') }),
      ...(id2label == null ? {} : { id2label: asObject(id2label, 'id2label') as Record<string, string> }),
      ...(problem_type == null ? {} : { problemType: checkProblemType(problem_type) }),
    });
  }

  toJSON(): JSONObject {
    const fields = Object.keys(RULES).map((key) => [toSnakeCase(key), this[key as keyof TopFields]]);
    return {
      ...this.unknown,
      model_type: this.modelType,
      ...Object.fromEntries(fields),
      ...(isDefaultLabels(this.id2label) ? {} : labelsToJSON(this.id2label)),
      ...(this.problemType === null ? {} : { problem_type: this.problemType }),
      text_config: this.textConfig.toJSON(),
      vision_config: this.visionConfig.toJSON(),
    };
  }
}

/** HF completes the legacy dictionary with defaults and lets it win over every key of its successor. */
function mergeLegacy(
  tower: typeof CLIPTextConfig | typeof CLIPVisionConfig,
  current: unknown,
  legacy: unknown,
  path: string,
): JSONObject {
  const base = current == null ? {} : asObject(current, path);
  return legacy == null ? base : { ...base, ...tower.fromJSON(asObject(legacy, `${path}_dict`)).toJSON() };
}

function numberedLabels(numLabels: number): Record<string, string> {
  const number = NUM_LABELS.check(numLabels, 'num_labels');
  return Object.fromEntries(Array.from({ length: number }, (_, i) => [String(i), `LABEL_${i}`]));
}

function isDefaultLabels(labels: Readonly<Record<string, string>>): boolean {
  return JSON.stringify(labels) === JSON.stringify(numberedLabels(2));
}

function labelsToJSON(id2label: Readonly<Record<string, string>>): JSONObject {
  const label2id = Object.fromEntries(Object.entries(id2label).map(([id, label]) => [label, Number(id)]));
  return { id2label, label2id };
}

function checkProblemType(value: unknown): ProblemType | null {
  if (value === null || PROBLEM_TYPES.includes(value as ProblemType)) return value as ProblemType | null;
  throw new ConfigurationError(
    `problem_type must be one of ${PROBLEM_TYPES.join(', ')} or null, got ${JSON.stringify(value)}.`,
  );
}
