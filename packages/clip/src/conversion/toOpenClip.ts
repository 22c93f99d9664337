// SPDX-License-Identifier: Apache-2.0
import { saveSafetensors } from '@tfjs-clip/safetensors';
import { HUGGING_FACE_METADATA, toOpenClipConfig, toOpenClipTensors } from '@tfjs-clip/weights-converter';
import { localFiles } from '#platform';
import { InvalidArgumentError } from '../errors.js';
import { saveFiles } from '../pretrained/saveFiles.js';
import type { ConversionSource } from './convertModel.js';
import { fullConfig, withTensors } from './namedTensors.js';
import { copyTokenizerFiles, readImageProcessor } from './processorFiles.js';

/** What open_clip's `local-dir:` and `hf-hub:` read; the weights are read by its `--pretrained` too. */
export async function toOpenClip(source: ConversionSource, directory: string): Promise<string[]> {
  const { files, modelClass, dtype } = source;
  if (modelClass !== 'CLIPModel') {
    throw new InvalidArgumentError(
      `${files.name} is a ${modelClass}; OpenCLIP has models of both towers only. Convert it to: 'hf' instead.`,
    );
  }
  const config = toOpenClipConfig(fullConfig(source), await readImageProcessor(files));
  await withTensors(source, async (tensors) => {
    const theirs = toOpenClipTensors(tensors, { dtype });
    await localFiles.makeFolder(directory);
    await saveSafetensors(
      localFiles.join(directory, 'open_clip_model.safetensors'),
      theirs,
      HUGGING_FACE_METADATA,
    );
  });
  await saveFiles(directory, { 'open_clip_config.json': `${JSON.stringify(config, null, 2)}\n` });
  await copyTokenizerFiles(files, directory);
  return []; // OpenCLIP brings its tokenizer along.
}
