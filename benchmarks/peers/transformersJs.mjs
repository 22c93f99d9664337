// SPDX-License-Identifier: Apache-2.0
/** transformers.js in Node: sharp decodes and resizes, and onnxruntime-node computes, or the runtime that it is given. */
import path from 'node:path';
import { inLabelOrder, photoFiles } from '../inputs/labels.mjs';
import { readPicture } from '../inputs/pictures.mjs';
import { eachOnce } from './eachOnce.mjs';

const BICUBIC = 3;
const RESIZED = [298, 224]; // as in Python; left to itself it makes them 299 wide

export default async function createPeer({ runtime, threads }) {
  if (runtime) globalThis[Symbol.for('onnxruntime')] = await import(runtime); // where it looks first
  const { env, pipeline, RawImage } = await import('@huggingface/transformers');
  env.allowRemoteModels = false;
  env.useWasmCache = false;
  // It would fetch onnxruntime-web's binary, which lies here.
  if (runtime) Object.assign(env.backends.onnx.wasm, { wasmPaths: undefined, numThreads: threads });

  async function classify(folder, labels, template) {
    env.localModelPath = path.dirname(folder);
    const run = await pipeline('zero-shot-image-classification', path.basename(folder), {
      dtype: 'fp32',
      device: 'auto', // with a runtime of its own it knows no device by name
      session_options: { executionProviders: [runtime ? 'wasm' : 'cpu'], intraOpNumThreads: threads },
    });
    return async (count) =>
      inLabelOrder(await run(photoFiles(count), labels, { hypothesis_template: template }), labels);
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

  return { classify, resize };
}
