// SPDX-License-Identifier: Apache-2.0
/** What loraChromium.test.ts calls in its page: a few pictures get names that nobody has heard of. */
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import {
  type BatchSource,
  imageFeatures,
  linearProbe,
  loadLora,
  lora,
  loraFiles,
  train,
} from '@tfjs-clip/training';
import { CLIPProcessor, TFCLIPModel } from 'tfjs-clip';

setWasmPaths('/wasm/');
tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false); // its threads do not survive bundling

/** The address of each picture, by its name. */
type Pictures = Record<string, string>;

async function learnNames(backend: string, folder: string, pictures: Pictures, steps: number) {
  await tf.setBackend(backend);
  const [model, processor] = await open(folder);
  const before = tf.memory().numTensors;
  const adapter = lora(model, { rank: 8, alpha: 16, targetModules: ['q_proj', 'v_proj', 'fc1', 'fc2'] });
  const losses: number[] = [];
  await train(adapter, batchesOf(processor, pictures), {
    ...{ steps, learningRate: 2e-3, schedule: 'constant' },
    callbacks: { onBatchEnd: (_, { loss }) => void losses.push(loss) },
  });
  const files = await loraFiles(adapter);
  adapter.dispose();
  const named = await nameAll(model, processor, pictures);
  const loaded = await loadLora(model, files);
  loaded.merge();
  const learnt = await nameAll(model, processor, pictures);
  loaded.dispose();
  const leaked = tf.memory().numTensors - before;
  model.dispose();
  return { losses, named, learnt, leaked };
}

async function probe(backend: string, folder: string, pictures: Pictures, labels: string[]) {
  await tf.setBackend(backend);
  const [model, processor] = await open(folder);
  const before = tf.memory().numTensors;
  const losses: number[] = [];
  const features = await imageFeatures(model, processor, Object.values(pictures), { kind: 'pooled' });
  const found = await linearProbe(features, labels, { onIteration: (_, loss) => losses.push(loss) });
  const answers = await found.classify(features);
  found.dispose();
  features.dispose();
  const leaked = tf.memory().numTensors - before;
  model.dispose();
  return { losses, answers, leaked };
}

function open(folder: string) {
  return Promise.all([TFCLIPModel.fromPretrained(folder), CLIPProcessor.fromPretrained(folder)]);
}

function batchesOf(processor: CLIPProcessor, pictures: Pictures): BatchSource {
  const keys = Object.keys(pictures);
  const groups = Int32Array.from(keys, (_, i) => i);
  return {
    batchesPerEpoch: 1,
    async *batches() {
      yield { keys, ...(await inputsOf(processor, pictures)), groupOfText: groups, groupOfImage: groups };
    },
  };
}

/** The name that the model finds for each picture. */
async function nameAll(model: TFCLIPModel, processor: CLIPProcessor, pictures: Pictures): Promise<string[]> {
  const inputs = await inputsOf(processor, pictures);
  const best = tf.tidy(() => tf.argMax(model.call(inputs).logitsPerImage, 1));
  const names = Array.from(await best.data(), (index) => Object.keys(pictures)[index]);
  tf.dispose([best, ...Object.values(inputs)]);
  return names;
}

async function inputsOf(processor: CLIPProcessor, pictures: Pictures) {
  const [text, images] = [Object.keys(pictures), Object.values(pictures)];
  const inputs = await processor.call({ text, images, padding: true, returnTensors: 'tf' });
  const { inputIds, attentionMask, pixelValues } = inputs;
  return {
    inputIds: inputIds as tf.Tensor2D,
    attentionMask: attentionMask as tf.Tensor2D,
    pixelValues: pixelValues as tf.Tensor4D,
  };
}

Object.assign(globalThis, { learnNames, probe });

export type LearnNames = typeof learnNames;
export type Probe = typeof probe;
