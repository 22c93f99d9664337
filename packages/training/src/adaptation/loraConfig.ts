// SPDX-License-Identifier: Apache-2.0
/** PEFT's adapter_config.json: what we write of it, and what of it we can compute. */
import { ConfigurationError } from 'tfjs-clip';
import type { LoraScaling } from './loraOptions.js';

type JSONObject = Record<string, unknown>;

/** PEFT's LoraConfig, in its spelling; what is left out there has its default. */
export function toPeftConfig(scaling: LoraScaling, modules: readonly string[], baseModel: string | null) {
  return {
    auto_mapping: { base_model_class: 'CLIPModel', parent_library: 'transformers.models.clip.modeling_clip' },
    base_model_name_or_path: baseModel,
    bias: 'none',
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    lora_alpha: scaling.alpha,
    lora_dropout: 0,
    modules_to_save: null,
    peft_type: 'LORA',
    r: scaling.rank,
    target_modules: modules,
    task_type: null,
    use_dora: false,
    use_rslora: scaling.useRslora,
  };
}

/** Keys of what changes the sums, with the values that leave them as they are here. An absent key has PEFT's default, which does. */
const PLAIN: Readonly<Record<string, readonly unknown[]>> = {
  alpha_pattern: [{}, null],
  bias: ['none'],
  fan_in_fan_out: [false],
  // The others start from a changed W, which the adapter's files do not hold.
  init_lora_weights: [true, false, 'gaussian', 'orthogonal', 'eva'],
  layer_replication: [null],
  lora_bias: [false],
  modules_to_save: [null, []],
  rank_pattern: [{}, null],
  target_parameters: [null, []],
  trainable_token_indices: [null],
  use_bdlora: [null, false],
  use_dora: [false],
  use_qalora: [false],
};

/**
 * The layers are told by the tensors' names, and dropout, which plays no part outside of training, is not read.
 *
 * @throws ConfigurationError for what is no LoRA, or a kind of it that computes something else
 */
export function fromPeftConfig(text: string, where: string): LoraScaling {
  const config = parse(text, where);
  if (config.peft_type !== 'LORA') {
    throw new ConfigurationError(
      `${where} has the peft_type ${JSON.stringify(config.peft_type)}; only "LORA" can be read.`,
    );
  }
  for (const [key, accepted] of Object.entries(PLAIN)) {
    const given = JSON.stringify(config[key]);
    if (given === undefined || accepted.some((value) => JSON.stringify(value) === given)) continue;
    throw new ConfigurationError(
      `${where} has ${key} ${given}, which is not supported here. Merge it in Python (merge_and_unload), and load the model.`,
    );
  }
  const { r: rank, lora_alpha: alpha = 8, use_rslora: useRslora = false } = config;
  if (!(Number.isInteger(rank) && (rank as number) >= 1)) throw wrong(where, 'r', rank);
  if (!(typeof alpha === 'number' && alpha > 0)) throw wrong(where, 'lora_alpha', alpha);
  return { rank: rank as number, alpha, useRslora: useRslora === true };
}

function parse(text: string, where: string): JSONObject {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as JSONObject;
  } catch {}
  throw new ConfigurationError(`${where} is not the JSON of an adapter.`);
}

function wrong(where: string, key: string, value: unknown): ConfigurationError {
  return new ConfigurationError(`${where} has ${key} ${JSON.stringify(value)}, but it must be above 0.`);
}
