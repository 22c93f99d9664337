// SPDX-License-Identifier: Apache-2.0
/** A checkpoint of ViT-B/32's size with random weights, written for the purpose. */
import { mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { saveSafetensors } from '@tfjs-clip/safetensors';
import { HUGGING_FACE_METADATA, toHuggingFaceTensors } from '@tfjs-clip/weights-converter';
import { CLIPConfig, TFCLIPModel } from 'tfjs-clip';

/** @param {'F32' | 'F16'} dtype @returns {Promise<number>} bytes of the weights' file */
export async function writeCheckpoint(folder, dtype) {
  await mkdir(folder, { recursive: true });
  const config = new CLIPConfig();
  await writeFile(path.join(folder, 'config.json'), JSON.stringify(config.toJSON()));
  const model = new TFCLIPModel(config, { initialize: false });
  const named = model.weightSlots().map(({ name, shape }) => ({
    name,
    shape,
    data: async () => noise(shape.reduce((product, size) => product * size, 1)),
  }));
  const file = path.join(folder, 'model.safetensors');
  await saveSafetensors(file, toHuggingFaceTensors(named, { dtype }), HUGGING_FACE_METADATA);
  return (await stat(file)).size;
}

/** Weights as small as a model's, from a linear congruence: quick, and the same every time. */
function noise(length) {
  let state = length;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32 - 0.5) / 8;
  });
}
