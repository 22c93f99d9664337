// SPDX-License-Identifier: Apache-2.0
/** The files of the tokenizer and the image processor, beside converted weights. */
import type { ModelClass } from '@tfjs-clip/weights-converter';
import type { JSONObject } from '../configuration/fields.js';
import { IMAGE_PROCESSOR_FILES, OLDER_TOKENIZER_FILES, TOKENIZER_FILES } from '../pretrained/hub/files.js';
import type { ModelFiles } from '../pretrained/modelFiles.js';
import { saveFiles } from '../pretrained/saveFiles.js';
import { CLIPImageProcessor } from '../processing/image/index.js';
import { findPreprocessorConfig } from '../processing/image/preprocessorConfig.js';

export interface ProcessorParts {
  /** Whether the model reads texts. */
  text: boolean;
  /** The side of the pictures that it reads; absent if it reads none. */
  imageSize?: number;
}

/**
 * Copies those that there are, byte for byte. An image processor that no file describes is CLIP's own.
 *
 * @returns what had to be assumed, or is missing; sentences
 */
export async function copyProcessorFiles(
  files: ModelFiles,
  directory: string,
  { text, imageSize }: ProcessorParts,
): Promise<string[]> {
  const notes: string[] = [];
  if (text) {
    const copied = await copyTokenizerFiles(files, directory);
    if (!copied.has('tokenizer.json') && !copied.has('vocab.json')) {
      notes.push(
        'There is no tokenizer, which texts need: copy tokenizer.json and tokenizer_config.json of the model that it ' +
          'descends from, such as openai/clip-vit-base-patch32.',
      );
    }
  }
  if (imageSize === undefined) return notes;
  const copied = await copy(files, IMAGE_PROCESSOR_FILES, directory);
  const described = await readImageProcessor(files);
  if (described && copied.size > 0) return notes;
  await saveImageProcessor(directory, described, imageSize);
  if (!described) {
    notes.push(
      `No file says how pictures are prepared: CLIP's own way is assumed, at ${imageSize} × ${imageSize}.`,
    );
  }
  return notes;
}

/** @param config of that class */
export function processorParts(modelClass: ModelClass, config: JSONObject): ProcessorParts {
  const text = modelClass === 'CLIPModel' || modelClass.startsWith('CLIPText');
  const vision = (config.vision_config ?? config) as JSONObject;
  return modelClass.startsWith('CLIPText') ? { text } : { text, imageSize: vision.image_size as number };
}

export function copyTokenizerFiles(files: ModelFiles, directory: string): Promise<Set<string>> {
  return copy(files, [...TOKENIZER_FILES, ...OLDER_TOKENIZER_FILES], directory);
}

/** The content of preprocessor_config.json, or what stands for it; null where nothing does. */
export async function readImageProcessor(files: ModelFiles): Promise<JSONObject | null> {
  return (await findPreprocessorConfig(files))?.value ?? null;
}

async function copy(files: ModelFiles, names: readonly string[], directory: string): Promise<Set<string>> {
  const copied = new Set<string>();
  for (const name of names) {
    const bytes = await files.read(name);
    if (!bytes) continue;
    await saveFiles(directory, { [name]: bytes });
    copied.add(name);
  }
  return copied;
}

async function saveImageProcessor(
  directory: string,
  json: JSONObject | null,
  imageSize: number,
): Promise<void> {
  if (json) {
    return saveFiles(directory, { 'preprocessor_config.json': `${JSON.stringify(json, null, 2)}\n` });
  }
  const processor = new CLIPImageProcessor({
    size: { shortestEdge: imageSize },
    cropSize: { height: imageSize, width: imageSize },
  });
  await processor.savePretrained(directory);
}
