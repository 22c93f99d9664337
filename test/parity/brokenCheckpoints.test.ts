// SPDX-License-Identifier: Apache-2.0
/** Files that cannot be loaded: one error that says why, and nothing allocated. */
import { cp, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {
  CheckpointError,
  ConfigurationError,
  ModelNotFoundError,
  TFCLIPForImageClassification,
  TFCLIPModel,
  TFCLIPTextModel,
  TFCLIPTextModelWithProjection,
  TFCLIPVisionModel,
} from 'tfjs-clip';
import { modelFolder } from '../harness/fixture.js';
import { thrown } from '../harness/thrown.js';

interface ModelClass {
  fromPretrained(folder: string): Promise<unknown>;
}

let folder: string;
beforeEach(async () => {
  folder = path.join(await mkdtemp(path.join(tmpdir(), 'tfjs-clip-')), 'model');
});
afterEach(() => rm(path.dirname(folder), { recursive: true }));

describe('weights', () => {
  it('that are of another configuration: all misfits in one error', async () => {
    await copy('clip-quick-gelu', ({ text_config, vision_config, ...json }) => ({
      ...json,
      projection_dim: 11,
      text_config: { ...text_config, num_hidden_layers: 3 },
      vision_config: { ...vision_config, num_hidden_layers: 2 },
    }));
    const error = await refused(TFCLIPModel);
    expect(error).toBeInstanceOf(CheckpointError);
    expect(error.message.replace(/(unexpected: ).*(, … and 10 more)/, '$1six of them$2')).toBe(
      `${folder} does not fit the model; nothing was loaded.\n` +
        `  16 missing: ${MISSING}, … and 10 more\n` +
        '  16 unexpected: six of them, … and 10 more\n' +
        '  2 of another shape: visual_projection.weight [20,18] instead of [20,11], ' +
        'text_projection.weight [24,18] instead of [24,11]\n' +
        'Check that config.json and the class of the model belong to these weights.',
    );
    const { missing, unexpected } = error.cause as { missing: string[]; unexpected: string[] };
    expect(missing.every((name) => name.startsWith('text_model.encoder.layers.2.'))).toBe(true);
    expect(unexpected.every((name) => name.startsWith('vision_model.encoder.layers.2.'))).toBe(true);
  });

  it('of a full model, for a class whose head they lack', async () => {
    await copy('clip-gelu');
    const error = await refused(TFCLIPForImageClassification);
    expect(error.message).toContain('2 missing: classifier.weight, classifier.bias');
  });

  it('of a tower whose projection is narrower than the whole model’s', async () => {
    await copy('clip-gelu');
    const error = await refused(TFCLIPTextModelWithProjection);
    expect(error.message).toContain('1 of another shape: text_projection.weight [17,10] instead of [17,12]');
  });

  it.each([0, 4, 100, 20_000])('that end after %i bytes', async (length) => {
    await copy('clip-gelu');
    await truncate(path.join(folder, 'model.safetensors'), length);
    expect(await refused(TFCLIPModel)).toBeInstanceOf(CheckpointError);
  });

  it('that lost a shard', async () => {
    await copy('clip-gelu-sharded');
    await rm(path.join(folder, 'model-00002-of-00003.safetensors'));
    expect(await refused(TFCLIPModel)).toBeInstanceOf(CheckpointError);
  });

  it('whose disk or network fails after some of them were read', async () => {
    const bytes = await readFile(path.join(modelFolder('clip-gelu'), 'model.safetensors'));
    let reads = 0;
    const read = async (offset: number, length: number) => {
      reads += 1;
      if (reads > 20) throw new Error('unplugged');
      return bytes.subarray(offset, offset + length);
    };
    const source = { name: 'model.safetensors', size: bytes.length, read, close: async () => {} };
    const before = tf.memory().numTensors;
    const loading = TFCLIPModel.fromModelFiles({
      name: 'a stick',
      read: (file) => readFile(path.join(modelFolder('clip-gelu'), file)).catch(() => null),
      open: async (file) => (file === 'model.safetensors' ? source : null),
    });
    expect(await thrown(() => loading)).toStrictEqual(new Error('unplugged'));
    // The reads that were under way beside the first that failed are waited for; no other begins.
    expect(reads).toBeGreaterThanOrEqual(21);
    expect(reads).toBeLessThanOrEqual(23);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('that are not there', async () => {
    await copy('clip-gelu');
    await rm(path.join(folder, 'model.safetensors'));
    const error = await refused(TFCLIPModel);
    expect(error).toBeInstanceOf(ModelNotFoundError);
    expect(error.message).toMatch(/ holds no weights: there is no model\.safetensors, pytorch_model\.bin, /);
  });
});

describe('config.json', () => {
  it('that is not there', async () => {
    await copy('clip-gelu');
    await rm(path.join(folder, 'config.json'));
    expect(await refused(TFCLIPModel)).toStrictEqual(
      new ModelNotFoundError(
        `${folder} has no config.json, so it is no model; a model's folder holds config.json and model.safetensors.`,
      ),
    );
  });

  it.each([
    ['{"model_type": "clip"', /^config\.json of .* is not JSON: /],
    ['[1]', /^config\.json of .* must hold a JSON object, \{…\}; it holds something else\.$/],
    ['', /^config\.json of .* is not JSON: /],
  ])('that says %j', async (content, message) => {
    await copy('clip-gelu');
    await writeFile(path.join(folder, 'config.json'), content);
    const error = await refused(TFCLIPModel);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error.message).toMatch(message);
  });

  it.each([
    [
      { hidden_size: 'wide' },
      TFCLIPModel,
      () => 'text_config.hidden_size must be a positive integer, got "wide".',
    ],
    [
      { hidden_size: 16, num_attention_heads: 3 },
      TFCLIPTextModel,
      () => 'text_config.hidden_size (16) must be a multiple of num_attention_heads (3).',
    ],
  ] as [object, ModelClass, () => string][])(
    'with a text tower of %j',
    async (fields, modelClass, message) => {
      await copy('clip-gelu', (json) => ({ ...json, text_config: { ...json.text_config, ...fields } }));
      expect(await refused(modelClass)).toStrictEqual(new ConfigurationError(message()));
    },
  );

  it('of a tower alone, for the whole model and for the other tower', async () => {
    await copy('text-model');
    expect(await refused(TFCLIPModel)).toStrictEqual(
      new ConfigurationError(
        `config.json of ${folder} has no text_config, so it does not describe a whole CLIP; ` +
          'load one tower with TFCLIPTextModel or TFCLIPVisionModel (or their …WithProjection).',
      ),
    );
    expect(await refused(TFCLIPVisionModel)).toStrictEqual(
      new ConfigurationError(
        `config.json of ${folder} is of a clip_text_model and has no vision_config; this class needs the latter.`,
      ),
    );
  });

  it('of another kind of model', async () => {
    await copy('clip-gelu', (json) => ({ ...json, model_type: 'siglip' }));
    expect(await refused(TFCLIPModel)).toStrictEqual(
      new ConfigurationError(
        `config.json of ${folder} says model_type "siglip"; this library runs clip, clip_text_model, clip_vision_model.`,
      ),
    );
  });
});

const MISSING = [
  'k_proj.weight',
  'k_proj.bias',
  'v_proj.weight',
  'v_proj.bias',
  'q_proj.weight',
  'q_proj.bias',
]
  .map((name) => `text_model.encoder.layers.2.self_attn.${name}`)
  .join(', ');

// biome-ignore lint/suspicious/noExplicitAny: JSON of any kind
async function copy(model: string, change: (json: any) => object = (json) => json): Promise<void> {
  await cp(modelFolder(model), folder, { recursive: true });
  const file = path.join(folder, 'config.json');
  await writeFile(file, JSON.stringify(change(JSON.parse(await readFile(file, 'utf8')))));
}

/** The error of loading the folder; no tensor may be left of the attempt. */
async function refused(modelClass: ModelClass): Promise<Error> {
  const before = tf.memory().numTensors;
  const error = await thrown(() => modelClass.fromPretrained(folder));
  expect(tf.memory().numTensors).toBe(before);
  return error as Error;
}
