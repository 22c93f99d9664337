// SPDX-License-Identifier: Apache-2.0
import { readPreprocessor } from '@tfjs-clip/weights-converter';
import { asObject, type JSONObject } from '../../configuration/fields.js';
import { ModelNotFoundError } from '../../errors.js';
import type { ModelFiles } from '../../pretrained/modelFiles.js';
import { readJSON } from '../../pretrained/readJSON.js';

export interface PreprocessorConfig {
  value: JSONObject;
  /** The file, for error messages. */
  where: string;
}

/**
 * The image processor's settings: the part of processor_config.json that transformers 5 writes, else
 * preprocessor_config.json, or else OpenCLIP's open_clip_config.json; null if the model has none of them.
 */
export async function findPreprocessorConfig(files: ModelFiles): Promise<PreprocessorConfig | null> {
  const all = await readJSON(files, 'processor_config.json');
  if (all?.image_processor !== undefined) {
    const where = `processor_config.json of ${files.name}`;
    return { value: asObject(all.image_processor, `image_processor in ${where}`), where };
  }
  const value = await readJSON(files, 'preprocessor_config.json');
  if (value) return { value, where: `preprocessor_config.json of ${files.name}` };
  const openClip = await readPreprocessor(files);
  return openClip && { value: openClip, where: `open_clip_config.json of ${files.name}` };
}

/** The same where there must be one. @throws ModelNotFoundError */
export async function readPreprocessorConfig(files: ModelFiles): Promise<PreprocessorConfig> {
  const config = await findPreprocessorConfig(files);
  if (config) return config;
  throw new ModelNotFoundError(
    `${files.name} has no preprocessor_config.json, which says how its pictures are prepared; add it, or make the ` +
      'processor with new CLIPImageProcessor({ … }).',
  );
}
