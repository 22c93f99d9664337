// SPDX-License-Identifier: Apache-2.0
/** Which part of a config.json a model class is made from. */
import { asObject, type JSONObject } from '../configuration/fields.js';
import { ConfigurationError } from '../errors.js';

const MODEL_TYPES = ['clip', 'clip_text_model', 'clip_vision_model'];

/** The whole of a config.json that describes both towers. @throws ConfigurationError if it does not */
export function bothTowersJSON(json: JSONObject, modelName: string): JSONObject {
  checkModelType(json, modelName);
  for (const tower of ['text_config', 'vision_config']) {
    if (json[tower] != null || json[`${tower}_dict`] != null) continue;
    throw new ConfigurationError(
      `config.json of ${modelName} has no ${tower}, so it does not describe a whole CLIP; ` +
        'load one tower with TFCLIPTextModel or TFCLIPVisionModel (or their …WithProjection).',
    );
  }
  return json;
}

/**
 * The tower's part of a full model's config.json, or all of a config.json that the tower's own class wrote. A full
 * model projects both towers to one width: it stands for a tower's that does not say its own.
 */
export function towerConfigJSON(
  json: JSONObject,
  tower: 'text_config' | 'vision_config',
  modelName: string,
): JSONObject {
  checkModelType(json, modelName);
  const nested = json[tower] ?? json[`${tower}_dict`];
  if (nested != null) {
    const { projection_dim } = json;
    return { ...(projection_dim === undefined ? {} : { projection_dim }), ...asObject(nested, tower) };
  }
  const own = tower === 'text_config' ? 'clip_text_model' : 'clip_vision_model';
  if (json.model_type === own || json.model_type === undefined) return json;
  throw new ConfigurationError(
    `config.json of ${modelName} is of a ${String(json.model_type)} and has no ${tower}; this class needs the latter.`,
  );
}

function checkModelType({ model_type }: JSONObject, modelName: string): void {
  if (model_type === undefined || MODEL_TYPES.includes(model_type as string)) return;
  throw new ConfigurationError(
    `config.json of ${modelName} says model_type ${JSON.stringify(model_type)}; this library runs ${MODEL_TYPES.join(', ')}.`,
  );
}
