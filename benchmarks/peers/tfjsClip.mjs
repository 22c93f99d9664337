// SPDX-License-Identifier: Apache-2.0
/** Ours, on the backend that is asked for. */
import util from 'node:util';
import * as tf from '@tensorflow/tfjs';
import {
  CLIPImageProcessor,
  CLIPTokenizer,
  pipeline,
  TFCLIPTextModelWithProjection,
  TFCLIPVisionModelWithProjection,
} from 'tfjs-clip';
import { captionSlices } from '../inputs/captions.mjs';
import { inLabelOrder, photoFiles } from '../inputs/labels.mjs';
import { PATHS } from '../inputs/paths.mjs';
import { readPicture } from '../inputs/pictures.mjs';
import { IMAGE_SIZE, readIds, readPixels, SEQUENCE } from '../inputs/tensors.mjs';
import { eachOnce } from './eachOnce.mjs';

const PACKAGES = { wasm: '@tensorflow/tfjs-backend-wasm', tensorflow: '@tensorflow/tfjs-node' };

export default async function createPeer({ backend, kernels, threads }) {
  util.isNullOrUndefined ??= (value) => value === null || value === undefined; // Node 23 dropped it; tfjs-node 4.22 calls it.
  if (PACKAGES[backend]) await import(PACKAGES[backend]);
  const { useThreads } = kernels ? await import(kernels) : {};
  await useThreads?.({ count: threads });
  await tf.setBackend(backend);
  await tf.ready();
  const versions = { '@tensorflow/tfjs': tf.version_core, libtensorflow: tf.backend().binding?.TF_Version };
  return { versions, vision, text, matmul, classify, tokenize, resize };
}

async function vision() {
  const model = await TFCLIPVisionModelWithProjection.fromPretrained(PATHS.clip);
  return eachOnce(
    async (batch) => tf.tensor4d(await readPixels(batch), [batch, 3, IMAGE_SIZE, IMAGE_SIZE]),
    (pixelValues) => read(() => model.call({ pixelValues }).imageEmbeds),
  );
}

async function text() {
  const model = await TFCLIPTextModelWithProjection.fromPretrained(PATHS.clip);
  return eachOnce(
    async (batch) => tf.tensor2d(await readIds(batch), [batch, SEQUENCE], 'int32'),
    (inputIds) => read(() => model.call({ inputIds }).textEmbeds),
  );
}

async function matmul() {
  return eachOnce(
    (size) => [tf.randomUniform([size, size]), tf.randomUniform([size, size])],
    ([a, b]) => read(() => tf.matMul(a, b)),
  );
}

async function classify(folder, labels, template) {
  const run = await pipeline('zero-shot-image-classification', folder);
  return async (count) =>
    inLabelOrder(
      await run(photoFiles(count), { candidateLabels: labels, hypothesisTemplate: template }),
      labels,
    );
}

async function tokenize() {
  const tokenizer = await CLIPTokenizer.fromPretrained(PATHS.clip);
  return eachOnce(captionSlices, (slice, round) => tokenizer.call(slice(round)).inputIds);
}

/** By the public method, which also copies the result into the array that it returns. */
async function resize() {
  const asBytes = { doCenterCrop: false, doRescale: false, doNormalize: false, dataFormat: 'channels_last' };
  const processor = new CLIPImageProcessor(asBytes);
  return eachOnce(
    readPicture,
    async (picture) => (await processor.preprocess(picture, { returnTensors: null })).pixelValues[0],
  );
}

async function read(compute) {
  const tensor = tf.tidy(compute);
  const values = await tensor.data();
  tensor.dispose();
  return values;
}
