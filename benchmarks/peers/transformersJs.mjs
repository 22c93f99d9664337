// SPDX-License-Identifier: Apache-2.0
/** transformers.js as its users have it in Node: onnxruntime-node computes, sharp decodes and resizes. */
import path from 'node:path';
import { env, pipeline, RawImage } from '@huggingface/transformers';
import { inLabelOrder, photoFiles } from '../inputs/labels.mjs';
import { readPicture } from '../inputs/pictures.mjs';
import { eachOnce } from './eachOnce.mjs';

const BICUBIC = 3;
const RESIZED = [298, 224]; // as in Python; left to itself it makes them 299 wide

export default function createPeer({ threads }) {
  env.allowRemoteModels = false;

  async function classify(folder, labels, template) {
    env.localModelPath = path.dirname(folder);
    const run = await pipeline('zero-shot-image-classification', path.basename(folder), {
      dtype: 'fp32',
      device: 'cpu',
      session_options: { intraOpNumThreads: threads },
    });
    return async (count) =>
      inLabelOrder(await run(photoFiles(count), labels, { hypothesis_template: template }), labels);
  }

  return { classify, resize };
}

async function resize() {
  return eachOnce(
    async (name) => {
      const { data, width, height, channels } = await readPicture(name);
      return new RawImage(data, width, height, channels);
    },
    async (picture) => (await picture.resize(...RESIZED, { resample: BICUBIC })).data,
  );
}
