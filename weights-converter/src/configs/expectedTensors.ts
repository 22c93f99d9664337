// SPDX-License-Identifier: Apache-2.0
/** The tensors that a class of model has, by its configuration. */
import type { ModelClass } from '../inspectCheckpoint.js';
import type { ExpectedTensor } from '../matchCheckpoint.js';
import { CLIP_TENSORS, LAYER_TENSORS } from '../names/clipTensors.js';
import type { JSONObject } from './modelConfig.js';

/** The sizes of one tower, with Hugging Face's defaults. */
interface Sizes {
  hidden: number;
  intermediate: number;
  layers: number;
  projection: number;
  positions: number;
}

const TEXT = { hidden_size: 512, intermediate_size: 2048, num_hidden_layers: 12, projection_dim: 512 };
const VISION = { hidden_size: 768, intermediate_size: 3072, num_hidden_layers: 12, projection_dim: 512 };

/** In Hugging Face's names and our layout. */
export function expectedTensors(modelClass: ModelClass, config: JSONObject): ExpectedTensor[] {
  const whole = modelClass === 'CLIPModel';
  const expected: ExpectedTensor[] = whole ? [{ name: 'logit_scale', shape: [] }] : [];
  if (whole || modelClass.startsWith('CLIPText')) {
    const tower = towerOf(config, 'text_config');
    const sizes = sizesOf(tower, TEXT, numberOf(tower, 'max_position_embeddings', 77));
    expected.push(...towerTensors('text_model', sizes, { vocabulary: numberOf(tower, 'vocab_size', 49408) }));
    if (whole || modelClass.endsWith('WithProjection')) {
      expected.push(projection('text_projection', sizes, whole ? config : tower));
    }
  }
  if (whole || !modelClass.startsWith('CLIPText')) {
    const tower = towerOf(config, 'vision_config');
    const patch = numberOf(tower, 'patch_size', 32);
    const side = Math.floor(numberOf(tower, 'image_size', 224) / patch);
    const sizes = sizesOf(tower, VISION, side ** 2 + 1);
    const channels = numberOf(tower, 'num_channels', 3);
    expected.push(...towerTensors('vision_model', sizes, { patch, channels }));
    if (whole || modelClass.endsWith('WithProjection')) {
      expected.push(projection('visual_projection', sizes, whole ? config : tower));
    }
    if (modelClass === 'CLIPForImageClassification') expected.push(...classifier(sizes.hidden, config));
  }
  return expected;
}

function towerOf(config: JSONObject, key: 'text_config' | 'vision_config'): JSONObject {
  const nested = [config[`${key}_dict`], config[key]].find((value) => value != null);
  return (nested as JSONObject | undefined) ?? config;
}

function sizesOf(tower: JSONObject, defaults: typeof TEXT, positions: number): Sizes {
  return {
    hidden: numberOf(tower, 'hidden_size', defaults.hidden_size),
    intermediate: numberOf(tower, 'intermediate_size', defaults.intermediate_size),
    layers: numberOf(tower, 'num_hidden_layers', defaults.num_hidden_layers),
    projection: numberOf(tower, 'projection_dim', defaults.projection_dim),
    positions,
  };
}

function numberOf(json: JSONObject, key: string, otherwise: number): number {
  const value = json[key];
  return typeof value === 'number' ? value : otherwise;
}

interface Embedding {
  vocabulary?: number;
  patch?: number;
  channels?: number;
}

function towerTensors(tower: string, sizes: Sizes, embedding: Embedding): ExpectedTensor[] {
  const { hidden, intermediate, layers, positions } = sizes;
  const { vocabulary = 0, patch = 0, channels = 0 } = embedding;
  const layer = LAYER_TENSORS.map(({ name, kind }) => ({
    name,
    shape: layerShape(name, kind === 'linear', hidden, intermediate),
  }));
  return CLIP_TENSORS.filter(({ name }) => name.startsWith(`${tower}.`) && !name.includes('{i}'))
    .map(({ name, kind }) => {
      if (kind === 'convolution') return { name, shape: [patch, patch, channels, hidden] };
      if (kind !== 'embedding') return { name, shape: [hidden] };
      return { name, shape: [name.includes('token') ? vocabulary : positions, hidden] };
    })
    .concat(
      Array.from({ length: layers }, (_, i) =>
        layer.map(({ name, shape }) => ({ name: `${tower}.encoder.layers.${i}.${name}`, shape })),
      ).flat(),
    );
}

function layerShape(name: string, isLinear: boolean, hidden: number, intermediate: number): number[] {
  const [from, to] = name.startsWith('mlp.fc1')
    ? [hidden, intermediate]
    : name.startsWith('mlp.fc2')
      ? [intermediate, hidden]
      : [hidden, hidden];
  return isLinear ? [from, to] : [to];
}

function projection(name: string, { hidden, projection }: Sizes, config: JSONObject): ExpectedTensor {
  return { name: `${name}.weight`, shape: [hidden, numberOf(config, 'projection_dim', projection)] };
}

function classifier(hidden: number, config: JSONObject): ExpectedTensor[] {
  const labels = config.id2label;
  const named = typeof labels === 'object' && labels !== null ? Object.keys(labels).length : 2;
  const count = numberOf(config, 'num_labels', named);
  return [
    { name: 'classifier.weight', shape: [hidden, count] },
    { name: 'classifier.bias', shape: [count] },
  ];
}
