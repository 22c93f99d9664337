// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { thrown } from '../../../../test/harness/thrown.js';
import { ConfigurationError } from '../errors.js';
import type { JSONObject } from './fields.js';
import { ACTIVATIONS, CLIPConfig, CLIPTextConfig, CLIPVisionConfig } from './index.js';

const fixtures = path.resolve(__dirname, '../../../../test/fixtures');
const { cases } = readJSON('configurations.json') as {
  cases: { name: string; class: keyof typeof classes; given: JSONObject; written: JSONObject }[];
};
const classes = { CLIPConfig, CLIPTextConfig, CLIPVisionConfig };

describe('config.json is read and written as transformers does', () => {
  it.each(cases.map((each) => [each.name, each] as const))('%s', (_, { class: name, given, written }) => {
    expect(classes[name].fromJSON(given).toJSON()).toEqual(written);
    expect(classes[name].fromJSON(written).toJSON()).toEqual(written);
  });

  it.each([
    ['clip-quick-gelu', CLIPConfig],
    ['clip-gelu', CLIPConfig],
    ['image-classification', CLIPConfig],
    ['image-regression', CLIPConfig],
    ['text-model', CLIPTextConfig],
    ['vision-model-with-projection', CLIPVisionConfig],
  ] as const)('%s, every key of the file', (model, config) => {
    const json = readJSON(`models/${model}/config.json`);
    expect(config.fromJSON(json).toJSON()).toEqual(json);
  });
});

describe('in code', () => {
  it('fields are camelCase, those left out have their defaults', () => {
    const text = new CLIPTextConfig({ hiddenSize: 256, numAttentionHeads: 4 });
    expect(text).toMatchObject({ hiddenSize: 256, vocabSize: 49408, eosTokenId: 49407, layerNormEps: 1e-5 });
    const vision = new CLIPVisionConfig({ patchSize: 16 });
    expect(vision).toMatchObject({ hiddenSize: 768, intermediateSize: 3072, imageSize: 224, gridSize: 14 });
    expect(new CLIPVisionConfig({ imageSize: 18, patchSize: 5 }).gridSize).toBe(3);
  });

  it('a whole is made of towers or of their fields', () => {
    const [textConfig, visionConfig] = [new CLIPTextConfig({ vocabSize: 9 }), new CLIPVisionConfig()];
    const config = CLIPConfig.fromTextVisionConfigs(textConfig, visionConfig, { projectionDim: 8 });
    expect(config.textConfig).toBe(textConfig);
    expect(config.visionConfig).toBe(visionConfig);
    expect(config.projectionDim).toBe(8);
    const fromFields = new CLIPConfig({ textConfig: { vocabSize: 9 }, visionConfig: {}, projectionDim: 8 });
    expect(fromFields.toJSON()).toEqual(config.toJSON());
  });

  it('labels are numbered, or named', () => {
    expect(new CLIPConfig().numLabels).toBe(2);
    expect(new CLIPConfig({ numLabels: 3 }).id2label).toEqual({ 0: 'LABEL_0', 1: 'LABEL_1', 2: 'LABEL_2' });
    expect(new CLIPConfig({ id2label: { 0: 'cat' } }).numLabels).toBe(1);
  });

  it('a square size may be written as two equal numbers', () => {
    const vision = CLIPVisionConfig.fromJSON({ image_size: [30, 30], patch_size: [6, 6] });
    expect(vision).toMatchObject({ imageSize: 30, patchSize: 6 });
  });

  it('a key in snake_case is a field only in JSON', () => {
    expect(new CLIPTextConfig({ hidden_size: 8 } as object)).toMatchObject({
      hiddenSize: 512,
      unknown: { hidden_size: 8 },
    });
  });
});

describe('what no model can have is refused', () => {
  it.each([
    [{ hidden_size: 0 }, 'text_config.hidden_size must be a positive integer, got 0.'],
    [{ hidden_size: '512' }, 'text_config.hidden_size must be a positive integer, got "512".'],
    [{ intermediate_size: 1.5 }, 'text_config.intermediate_size must be a positive integer, got 1.5.'],
    [{ vocab_size: null }, 'text_config.vocab_size must be a positive integer, got null.'],
    [
      { num_hidden_layers: 1e6 },
      'text_config.num_hidden_layers must be an integer from 1 to 1000, got 1000000.',
    ],
    [{ layer_norm_eps: 0 }, 'text_config.layer_norm_eps must be a positive number, got 0.'],
    [{ attention_dropout: 1 }, 'text_config.attention_dropout must be a number from 0 to below 1, got 1.'],
    [{ initializer_range: 'x' }, 'text_config.initializer_range must be a finite number, got "x".'],
    [{ eos_token_id: [1, 2] }, 'text_config.eos_token_id must be a token id or null, got [1,2].'],
    [{ eos_token_id: -1 }, 'text_config.eos_token_id must be a token id or null, got -1.'],
    [
      { hidden_act: 'gelu_fast' },
      `text_config.hidden_act must be one of ${ACTIVATIONS.join(', ')}, got "gelu_fast".`,
    ],
    [
      { hidden_size: 10, num_attention_heads: 3 },
      'text_config.hidden_size (10) must be a multiple of num_attention_heads (3).',
    ],
  ])('in the text tower: %j', async (json, message) => {
    expect(await thrown(() => CLIPTextConfig.fromJSON(json))).toStrictEqual(new ConfigurationError(message));
  });

  it.each([
    [{ image_size: [30, 20] }, 'vision_config.image_size must be a positive integer, got [30,20].'],
    [{ num_channels: -3 }, 'vision_config.num_channels must be a positive integer, got -3.'],
    [{ image_size: 8, patch_size: 9 }, 'vision_config.patch_size (9) must not exceed image_size (8).'],
    [
      { num_attention_heads: 7 },
      'vision_config.hidden_size (768) must be a multiple of num_attention_heads (7).',
    ],
  ])('in the vision tower: %j', async (json, message) => {
    expect(await thrown(() => CLIPVisionConfig.fromJSON(json))).toStrictEqual(
      new ConfigurationError(message),
    );
  });

  it.each([
    [{ text_config: 5 }, 'text_config must be an object, got 5.'],
    [{ vision_config_dict: [] }, 'vision_config_dict must be an object, got [].'],
    [{ projection_dim: 0 }, 'config.projection_dim must be a positive integer, got 0.'],
    [{ logit_scale_init_value: 'big' }, 'config.logit_scale_init_value must be a finite number, got "big".'],
    [{ num_labels: 0 }, 'num_labels must be an integer from 1 to 1000000, got 0.'],
    [{ id2label: 'cat' }, 'id2label must be an object, got "cat".'],
    [
      { problem_type: 'ranking' },
      'problem_type must be one of regression, single_label_classification, multi_label_classification or null, got "ranking".',
    ],
  ])('in the whole: %j', async (json, message) => {
    expect(await thrown(() => CLIPConfig.fromJSON(json))).toStrictEqual(new ConfigurationError(message));
  });
});

function readJSON(file: string): JSONObject {
  return JSON.parse(readFileSync(path.join(fixtures, file), 'utf8'));
}
