// SPDX-License-Identifier: Apache-2.0
import { readPreprocessor } from '@tfjs-clip/weights-converter';
import { asObject, type JSONObject } from '../../configuration/fields.js';
import { ModelNotFoundError } from '../../errors.js';
import type { ModelFiles } from '../../pretrained/modelFiles.js';
import { readJSON } from '../../pretrained/readJSON.js';

/**
 * The image processor's settings, and where they stand: the part of processor_config.json that transformers 5 writes, else
 * preprocessor_config.json, or else OpenCLIP's open_clip_config.json.
 *
 * @throws ModelNotFoundError if the model has none of them
 */
export async function readPreprocessorConfig(
  files: ModelFiles,
): Promise<{ value: JSONObject; where: string }> {
  const all = await readJSON(files, 'processor_config.json');
  if (all?.image_processor !== undefined) {
    const where = `processor_config.json of ${files.name}`;
    return { value: asObject(all.image_processor, `image_processor in ${where}`), where };
  }
  const value = await readJSON(files, 'preprocessor_config.json');
  if (value) return { value, where: `preprocessor_config.json of ${files.name}` };
  const openClip = await readPreprocessor(files);
  if (openClip) return { value: openClip, where: `open_clip_config.json of ${files.name}` };
  throw new ModelNotFoundError(
    `${files.name} has no preprocessor_config.json, which says how its pictures are prepared; add it, or make the ` +
      'processor with new CLIPImageProcessor({ … }).',
  );
}
