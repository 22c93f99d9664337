// SPDX-License-Identifier: Apache-2.0
/** Pictures and texts for a model to take training steps on: random, and the same for every peer, which reads the file. */
import { readFile, writeFile } from 'node:fs/promises';
import { seededRandom } from './random.mjs';

const fileOf = (folder, pairs) => `${folder}/training-batch-${pairs}`;

/** Texts are as long as the model takes: the last id is the end of text. */
export async function writeTrainingBatch(folder, pairs) {
  const { text_config: text = {}, vision_config: vision = {} } = JSON.parse(
    await readFile(`${folder}/config.json`, 'utf8'),
  );
  const { vocab_size: vocabulary = 49408, max_position_embeddings: sequence = 77 } = text;
  const { image_size: size = 224 } = vision;
  const random = seededRandom(pairs);
  const id = (position) =>
    position === sequence - 1 ? vocabulary - 1 : Math.floor(random() * (vocabulary - 2));
  const ids = Int32Array.from({ length: pairs * sequence }, (_, i) => id(i % sequence));
  const pixels = Float32Array.from({ length: pairs * 3 * size ** 2 }, () => 4 * random() - 2);
  const file = fileOf(folder, pairs);
  await writeFile(`${file}.json`, JSON.stringify({ pairs, sequence, size }));
  await writeFile(`${file}.i32`, ids);
  await writeFile(`${file}.f32`, pixels);
}

/** @returns ids [pairs, sequence] and pixels [pairs, 3, size, size] */
export async function readTrainingBatch(folder, pairs) {
  const file = fileOf(folder, pairs);
  const shape = JSON.parse(await readFile(`${file}.json`, 'utf8'));
  const [ids, pixels] = await Promise.all([readFile(`${file}.i32`), readFile(`${file}.f32`)]);
  return {
    ...shape,
    ids: new Int32Array(new Uint8Array(ids).buffer),
    pixels: new Float32Array(new Uint8Array(pixels).buffer),
  };
}
