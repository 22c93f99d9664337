// SPDX-License-Identifier: Apache-2.0
/** savePretrained: the folder reads back identically, whatever kind of files the model came from. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openSource, SafetensorsReader } from '@tfjs-clip/safetensors';
import {
  InvalidArgumentError,
  TFCLIPForImageClassification,
  TFCLIPModel,
  type TFCLIPPreTrainedModel,
  TFCLIPTextModel,
  TFCLIPTextModelWithProjection,
  TFCLIPVisionModel,
  TFCLIPVisionModelWithProjection,
} from 'tfjs-clip';
import { describeBackends } from '../harness/backends.js';
import { modelFolder, relativeDifference } from '../harness/fixture.js';
import { leavesNoTensors } from '../harness/leaks.js';
import { thrown } from '../harness/thrown.js';

interface ModelClass {
  readonly name: string;
  fromPretrained(folder: string): Promise<TFCLIPPreTrainedModel>;
}

const saved: [string, ModelClass][] = [
  ['clip-quick-gelu', TFCLIPModel],
  ['clip-gelu', TFCLIPModel],
  ['clip-gelu-sharded', TFCLIPModel],
  ['clip-gelu-float16', TFCLIPModel],
  ['clip-gelu-bfloat16', TFCLIPModel],
  ['clip-gelu-4.x', TFCLIPModel],
  ['text-model', TFCLIPTextModel],
  ['text-model-4.x', TFCLIPTextModel],
  ['text-model-with-projection', TFCLIPTextModelWithProjection],
  ['vision-model', TFCLIPVisionModel],
  ['vision-model-with-projection', TFCLIPVisionModelWithProjection],
  ['clip-quick-gelu', TFCLIPVisionModelWithProjection],
  ['image-classification', TFCLIPForImageClassification],
];

describeBackends('savePretrained', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tfjs-clip-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it.each(saved)('%s reads back with the same configuration and bits', async (name, modelClass) => {
    await leavesNoTensors(async () => {
      const model = await modelClass.fromPretrained(modelFolder(name));
      await model.savePretrained(path.join(folder, 'new', 'model'));
      const reloaded = await modelClass.fromPretrained(path.join(folder, 'new', 'model'));
      const architectures = { architectures: [modelClass.name.replace('TF', '')], dtype: 'float32' };
      const { torch_dtype, ...configuration } = model.config.toJSON();
      expect(reloaded.config.toJSON()).toEqual({ ...configuration, ...architectures });
      const [before, after] = [model.namedWeights(), reloaded.namedWeights()];
      expect([...after.keys()]).toEqual([...before.keys()]);
      for (const [key, variable] of before)
        expect(await after.get(key)!.data()).toEqual(await variable.data());
      model.dispose();
      reloaded.dispose();
    });
  });
});

it.each([
  ['clip-quick-gelu', TFCLIPModel],
  ['text-model-with-projection', TFCLIPTextModelWithProjection],
  ['vision-model-with-projection', TFCLIPVisionModelWithProjection],
  ['image-classification', TFCLIPForImageClassification],
] as [string, ModelClass][])('%s is written as transformers wrote it', async (name, modelClass) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tfjs-clip-'));
  const model = await modelClass.fromPretrained(modelFolder(name));
  await model.savePretrained(folder);
  expect((await readdir(folder)).sort()).toEqual(['config.json', 'model.safetensors']);
  const config = async (from: string) => JSON.parse(await readFile(path.join(from, 'config.json'), 'utf8'));
  expect(await config(folder)).toEqual(await config(modelFolder(name)));
  const [ours, theirs] = await Promise.all([folder, modelFolder(name)].map(tensorsOf));
  expect(ours).toEqual(theirs);
  model.dispose();
  await rm(folder, { recursive: true });
});

it('numbers that transformers wants as floats are written as floats', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tfjs-clip-'));
  const model = await TFCLIPModel.fromPretrained(modelFolder('clip-quick-gelu'));
  await model.savePretrained(folder);
  const text = await readFile(path.join(folder, 'config.json'), 'utf8');
  expect(text).toContain('"initializer_factor": 1.0,');
  expect(text).toContain('"logit_scale_init_value": 2.0,');
  expect(text.match(/"attention_dropout": 0\.0,$/gm)).toHaveLength(2);
  expect(text.match(/"projection_dim": 18,$/gm)).toHaveLength(3);
  model.dispose();
  await rm(folder, { recursive: true });
});

describe('options', () => {
  let folder: string;
  let model: TFCLIPModel;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tfjs-clip-'));
    model = await TFCLIPModel.fromPretrained(modelFolder('clip-gelu'));
  });
  afterEach(async () => {
    model.dispose();
    await rm(folder, { recursive: true });
  });
  const configOf = async () => JSON.parse(await readFile(path.join(folder, 'config.json'), 'utf8'));
  const weightsIn = async () => (await readdir(folder)).filter((file) => file !== 'config.json').sort();

  it('maxShardSize: the shards and the index of transformers, which replace one file and are replaced by it', async () => {
    await model.savePretrained(folder);
    await model.savePretrained(folder, { maxShardSize: '20KB' });
    const files = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
    expect(await weightsIn()).toEqual([...files, 'model.safetensors.index.json']);
    await expectSameWeights(model, folder, 0);
    await model.savePretrained(folder);
    expect(await weightsIn()).toEqual(['model.safetensors']);
  });

  it.each([
    ['F16', 'clip-gelu-float16'],
    ['BF16', 'clip-gelu-bfloat16'],
  ] as const)('dtype %s: what transformers saves of the half model', async (dtype, theirs) => {
    const half = await TFCLIPModel.fromPretrained(modelFolder(theirs));
    await half.savePretrained(folder, { dtype });
    expect((await tensorsOf(folder)).tensors).toEqual((await tensorsOf(modelFolder(theirs))).tensors);
    expect(await configOf()).toMatchObject({ dtype: half.config.toJSON().dtype });
    half.dispose();
  });

  it.each([
    ['int8', 0.01],
    ['int4', 0.15],
  ] as const)('quantization %s reads back, and saved anew leaves no trace', async (type, tolerance) => {
    await model.savePretrained(folder, { quantization: { type } });
    expect(await configOf()).toMatchObject({ dtype: 'float32', quantization_config: { type } });
    const reloaded = await expectSameWeights(model, folder, tolerance);
    await reloaded.savePretrained(folder);
    expect(await configOf()).not.toHaveProperty('quantization_config');
    reloaded.dispose();
  });

  it.each([
    [
      { dtype: 'float16' },
      `dtype "float16" is none that weights are saved as; there are 'F32', 'F16' and 'BF16'.`,
    ],
    [
      { quantization: { type: 'int2' } },
      `quantization.type "int2" is not known; there are 'int8' and 'int4'.`,
    ],
    [
      { maxShardSize: '5 gigs' },
      `maxShardSize "5 gigs" is no size: give bytes, or a text such as '500MB' or '5GB'.`,
    ],
  ])('%j is refused before anything is written', async (options, message) => {
    expect(await thrown(() => model.savePretrained(folder, options as object))).toStrictEqual(
      new InvalidArgumentError(message),
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it('a save that fails leaves the model that was there', async () => {
    await model.savePretrained(folder);
    const before = await tensorsOf(folder);
    const broken = await TFCLIPModel.fromPretrained(modelFolder('clip-gelu'));
    broken.namedWeights().get('logit_scale')!.dispose();
    await expect(broken.savePretrained(folder, { maxShardSize: '20KB' })).rejects.toThrow();
    expect(await tensorsOf(folder)).toEqual(before);
    const reloaded = await TFCLIPModel.fromPretrained(folder);
    reloaded.dispose();
  });
});

/** @param tolerance of the largest of each weight @returns the model in the folder */
async function expectSameWeights(model: TFCLIPModel, folder: string, tolerance: number) {
  const reloaded = await TFCLIPModel.fromPretrained(folder);
  for (const [name, variable] of model.namedWeights()) {
    const difference = relativeDifference(
      await reloaded.namedWeights().get(name)!.data(),
      await variable.data(),
    );
    expect({ name, ok: difference <= tolerance }).toEqual({ name, ok: true });
  }
  return reloaded;
}

it('namedWeights are named as in the checkpoint', async () => {
  const theirs = (await tensorsOf(modelFolder('clip-quick-gelu'))).tensors;
  const model = await TFCLIPModel.fromPretrained(modelFolder('clip-quick-gelu'));
  expect([...model.namedWeights().keys()].sort()).toEqual(Object.keys(theirs).sort());
  model.dispose();
});

/** Names, types, shapes and bytes. */
async function tensorsOf(folder: string) {
  const reader = await SafetensorsReader.open(await openSource(path.join(folder, 'model.safetensors')));
  const tensors: Record<string, object> = {};
  for (const name of reader.names().sort()) {
    const { dtype, shape } = reader.info(name);
    tensors[name] = { dtype, shape, bytes: Buffer.from(await reader.bytes(name)).toString('hex') };
  }
  await reader.close();
  return { metadata: reader.metadata, tensors };
}
