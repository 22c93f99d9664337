// SPDX-License-Identifier: Apache-2.0
import type * as tf from '@tensorflow/tfjs';
import { saveSafetensors } from '@tfjs-clip/safetensors';
import { HUGGING_FACE_METADATA, toHuggingFaceTensors } from '@tfjs-clip/weights-converter';
import { localFiles } from '#platform';
import type { JSONObject } from '../configuration/fields.js';
import { saveFiles } from './saveFiles.js';

/** What Python has as floats: JSON.stringify writes 1.0 as 1, and transformers refuses an integer there. */
const FLOATS = 'layer_norm_eps|attention_dropout|initializer_range|initializer_factor|logit_scale_init_value';
const WHOLE_FLOATS = new RegExp(`^( *"(?:${FLOATS})": -?\\d+)(,?)$`, 'gm');

/** Writes config.json and model.safetensors in Hugging Face's names and layout, each whole or not at all. */
export async function saveModel(
  directory: string,
  config: JSONObject,
  weights: ReadonlyMap<string, tf.Variable>,
): Promise<void> {
  const { torch_dtype, ...rest } = config; // The older name of dtype, by which Python chooses what to compute in.
  const json = JSON.stringify({ ...rest, dtype: 'float32' }, null, 2);
  await saveFiles(directory, { 'config.json': `${json.replace(WHOLE_FLOATS, '$1.0$2')}\n` });
  const named = [...weights].map(([name, variable]) => ({
    name,
    shape: variable.shape,
    data: async () => (await variable.data()) as Float32Array,
  }));
  await saveSafetensors(
    localFiles.join(directory, 'model.safetensors'),
    toHuggingFaceTensors(named),
    HUGGING_FACE_METADATA,
  );
}
