// SPDX-License-Identifier: Apache-2.0
/** Makes what the benchmark computes with, as far as it is not in the cache: the same weights and inputs for every peer. */
import { access, copyFile, mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { exportModel } from '../onnx/export.mjs';
import { writeCaptions } from './captions.mjs';
import { writeModel } from './model.mjs';
import { CACHE, PATHS } from './paths.mjs';
import { writePhotos, writePictures } from './photos.mjs';
import { writeIds, writePixels } from './tensors.mjs';

const EMOJI_CLIP = fileURLToPath(new URL('../../packages/emoji-clip', import.meta.url));
const MODEL_FILES = [
  'config.json',
  'model.safetensors',
  'preprocessor_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'vocab.json',
  'merges.txt',
];

await mkdir(CACHE, { recursive: true });
await once(PATHS.clip, async (folder) => {
  await writeModel(folder);
  await exportModel(folder, 'vision', `${folder}/onnx/vision.onnx`);
  await exportModel(folder, 'text', `${folder}/onnx/text.onnx`);
  await exportModel(folder, 'model', `${folder}/onnx/model.onnx`);
});
await once(PATHS.emojiClip, async (folder) => {
  await mkdir(folder);
  for (const file of MODEL_FILES) await copyFile(path.join(EMOJI_CLIP, file), path.join(folder, file));
  await exportModel(folder, 'model', `${folder}/onnx/model.onnx`);
});
await once(PATHS.pixels, writePixels);
await once(PATHS.ids, writeIds);
await once(PATHS.captions, writeCaptions);
await once(PATHS.photos, writePhotos);
await once(PATHS.pictures, writePictures);

/** What was cut short is not taken for whole: it gets its name last. */
async function once(target, write) {
  if (
    await access(target).then(
      () => true,
      () => false,
    )
  )
    return;
  process.stderr.write(`making ${target} …\n`);
  const partial = `${target}.${process.pid}.part`;
  await write(partial);
  await rename(partial, target);
}
