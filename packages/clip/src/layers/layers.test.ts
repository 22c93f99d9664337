// SPDX-License-Identifier: Apache-2.0
/** Every layer in a tf.LayersModel of its own, and the names of its weights. Values are compared in test/parity. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { describeBackends } from '../../../../test/harness/backends.js';
import { checkLayer, type LayerCase } from '../../../../test/harness/checkLayer.js';
import { modelFolder } from '../../../../test/harness/fixture.js';
import { tinyConfig } from '../../../../test/harness/tinyConfig.js';
import { CLIPConfig } from '../configuration/index.js';
import type { CompositeLayer } from './compositeLayer.js';
import {
  CLIPLayerNorm,
  CLIPLinear,
  TFCLIPAttention,
  TFCLIPClassTokenPooling,
  TFCLIPEncoder,
  TFCLIPEncoderLayer,
  TFCLIPEndOfTextPooling,
  TFCLIPImageClassificationMainLayer,
  TFCLIPMainLayer,
  TFCLIPMLP,
  TFCLIPTextEmbeddings,
  TFCLIPTextTransformer,
  TFCLIPVisionEmbeddings,
  TFCLIPVisionTransformer,
} from './index.js';
import { projection } from './initializers.js';

const { textConfig, visionConfig } = tinyConfig();
const states = { inputs: [{ shape: [null, 8] }], tensors: () => [noise(2, 5, 8)] };
const maskedStates = {
  inputs: [{ shape: [null, 8] }, { shape: [null], dtype: 'int32' as const }],
  tensors: () => [
    noise(2, 5, 8),
    tf.tensor2d(
      [
        [1, 1, 1, 0, 0],
        [1, 1, 1, 1, 1],
      ],
      undefined,
      'int32',
    ),
  ],
};
const ids = { inputs: [{ shape: [null], dtype: 'int32' as const }], tensors: () => [someIds()] };
const pixels = { inputs: [{ shape: [3, 8, 8] }], tensors: () => [noise(2, 3, 8, 8)] };

const cases: Record<string, LayerCase> = {
  CLIPLinear: { make: () => new CLIPLinear('a/linear', 8, 6, projection(8, 1)), ...states },
  'CLIPLinear without bias': {
    make: () => new CLIPLinear('a/linear', 8, 6, projection(8, 1), false),
    ...states,
  },
  CLIPLayerNorm: { make: () => new CLIPLayerNorm('a/norm', 8, 1e-3), ...states },
  TFCLIPAttention: { make: () => new TFCLIPAttention(textConfig, 'a/self_attn'), ...states },
  TFCLIPMLP: { make: () => new TFCLIPMLP(textConfig, 'a/mlp'), ...states },
  'TFCLIPEncoderLayer of text': { make: () => new TFCLIPEncoderLayer(textConfig, 'a/0'), ...maskedStates },
  'TFCLIPEncoderLayer of vision': { make: () => new TFCLIPEncoderLayer(visionConfig, 'a/0'), ...states },
  'TFCLIPEncoder of text': { make: () => new TFCLIPEncoder(textConfig, 'a/encoder'), ...maskedStates },
  'TFCLIPEncoder of vision': { make: () => new TFCLIPEncoder(visionConfig, 'a/encoder'), ...states },
  TFCLIPTextEmbeddings: { make: () => new TFCLIPTextEmbeddings(textConfig, 'a/embeddings'), ...ids },
  TFCLIPVisionEmbeddings: { make: () => new TFCLIPVisionEmbeddings(visionConfig, 'a/embeddings'), ...pixels },
  TFCLIPClassTokenPooling: { make: () => new TFCLIPClassTokenPooling(visionConfig, 'a/pooling'), ...states },
  TFCLIPEndOfTextPooling: {
    make: () => new TFCLIPEndOfTextPooling(textConfig, 'a/pooling'),
    inputs: [...states.inputs, ...ids.inputs],
    tensors: () => [noise(2, 5, 8), someIds()],
  },
  'TFCLIPTextTransformer with a mask': {
    make: () => new TFCLIPTextTransformer(textConfig, 'text_model'),
    inputs: [...ids.inputs, maskedStates.inputs[1]],
    tensors: () => [someIds(), tf.ones([2, 5], 'int32')],
  },
  TFCLIPTextTransformer: { make: () => new TFCLIPTextTransformer(textConfig, 'text_model'), ...ids },
  TFCLIPVisionTransformer: {
    make: () => new TFCLIPVisionTransformer(visionConfig, 'vision_model'),
    ...pixels,
  },
};

describeBackends('a layer in a tf.LayersModel', () => {
  it.each(Object.entries(cases))('%s', (_, layerCase) => checkLayer(layerCase));
});

describe('weights are named as in the checkpoints of transformers', () => {
  it.each([
    ['clip-quick-gelu', (config) => new TFCLIPMainLayer(config)],
    ['image-classification', (config) => new TFCLIPImageClassificationMainLayer(config)],
  ] as [string, (config: CLIPConfig) => CompositeLayer][])('the whole of %s', (model, make) => {
    const { names, config } = checkpoint(model);
    expect(namesOf(make(config))).toEqual(names);
  });

  it.each([
    ['text_model', (config, place) => new TFCLIPTextTransformer(config.textConfig, place)],
    ['text_model/embeddings', (config, place) => new TFCLIPTextEmbeddings(config.textConfig, place)],
    ['text_model/encoder', (config, place) => new TFCLIPEncoder(config.textConfig, place)],
    ['vision_model', (config, place) => new TFCLIPVisionTransformer(config.visionConfig, place)],
    ['vision_model/embeddings', (config, place) => new TFCLIPVisionEmbeddings(config.visionConfig, place)],
    ['vision_model/encoder/layers/2', (config, place) => new TFCLIPEncoderLayer(config.visionConfig, place)],
    ['vision_model/encoder/layers/1/mlp', (config, place) => new TFCLIPMLP(config.visionConfig, place)],
    [
      'vision_model/encoder/layers/1/self_attn',
      (config, place) => new TFCLIPAttention(config.visionConfig, place),
    ],
  ] as [string, (config: CLIPConfig, place: string) => CompositeLayer][])('%s', (place, make) => {
    const { names, config } = checkpoint('clip-quick-gelu');
    const within = names.filter((name) => name.startsWith(`${place.replaceAll('/', '.')}.`));
    expect(namesOf(make(config, place))).toEqual(within);
  });
});

function checkpoint(model: string): { names: string[]; config: CLIPConfig } {
  const bytes = readFileSync(path.join(modelFolder(model), 'model.safetensors'));
  const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString());
  const json = JSON.parse(readFileSync(path.join(modelFolder(model), 'config.json'), 'utf8'));
  const names = Object.keys(header).filter((name) => name !== '__metadata__');
  return { names: names.sort(), config: CLIPConfig.fromJSON(json) };
}

function namesOf(layer: CompositeLayer): string[] {
  return layer
    .weightSlots()
    .map(({ name }) => name)
    .sort();
}

function noise(...shape: number[]): tf.Tensor {
  return tf.randomNormal(shape, 0, 1, 'float32', 1);
}

function someIds(): tf.Tensor {
  return tf.tensor2d(
    [
      [3, 1, 19, 19, 19],
      [4, 5, 6, 7, 8],
    ],
    undefined,
    'int32',
  );
}
