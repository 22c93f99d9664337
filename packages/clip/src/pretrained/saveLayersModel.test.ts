// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { describeBackends } from '../../../../test/harness/backends.js';
import { Fixture, modelFolder } from '../../../../test/harness/fixture.js';
import { leavesNoTensors } from '../../../../test/harness/leaks.js';
import { thrown } from '../../../../test/harness/thrown.js';
import { InvalidArgumentError } from '../errors.js';
import { TFCLIPModel } from '../models/clipModel.js';
import { TFCLIPTextModel } from '../models/clipTextModel.js';
import { TFCLIPVisionModelWithProjection } from '../models/clipVisionModel.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'layers-model-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** What tf.loadLayersModel does with an address: model.json, then the shards that it names. */
async function load(from: string): Promise<tf.LayersModel> {
  const json = JSON.parse(await readFile(path.join(from, 'model.json'), 'utf8'));
  const shards: Buffer[] = [];
  for (const file of json.weightsManifest[0].paths) shards.push(await readFile(path.join(from, file)));
  const weightData = new Uint8Array(Buffer.concat(shards)).buffer;
  const weightSpecs = json.weightsManifest[0].weights;
  return tf.loadLayersModel(tf.io.fromMemory({ modelTopology: json.modelTopology, weightSpecs, weightData }));
}

describeBackends('saveLayersModel', () => {
  it('of both towers, cut anywhere, is what the model computes', async () => {
    const fixture = await Fixture.read('clip-quick-gelu');
    await leavesNoTensors(async () => {
      const model = await TFCLIPModel.fromPretrained(modelFolder('clip-quick-gelu'));
      await model.saveLayersModel(folder, { maxShardSize: 4321 });
      const [text, vision] = [await load(path.join(folder, 'text')), await load(path.join(folder, 'vision'))];
      const [ofText, ofImages] = [fixture.inputs('text.right-padding'), fixture.inputs('base')];
      const { inputIds, attentionMask } = ofText;
      const { pixelValues } = ofImages;
      const actual = [text.predict([inputIds, attentionMask!]), vision.predict(pixelValues)] as tf.Tensor[];
      const expected = tf.tidy(() => [
        model.getTextFeatures({ inputIds, attentionMask }),
        model.getImageFeatures({ pixelValues }),
      ]);
      await expect(actual[0]).toBeCloseToTensor(expected[0], 1e-6);
      await expect(actual[1]).toBeCloseToTensor(expected[1], 1e-6);
      tf.dispose([{ ...ofText }, { ...ofImages }, actual, expected]);
      text.dispose();
      vision.dispose();
      model.dispose();
    });
  });

  it('in half the bytes holds every weight as float16', async () => {
    await leavesNoTensors(async () => {
      const model = await TFCLIPVisionModelWithProjection.fromPretrained(
        modelFolder('vision-model-with-projection'),
      );
      await model.saveLayersModel(folder, { dtype: 'F16' });
      const shard = await readFile(path.join(folder, 'group1-shard1of1.bin'));
      const layersModel = await load(folder);
      expect(shard.length).toBe(2 * layersModel.countParams());
      for (const [name, variable] of model.namedWeights()) {
        const theirs = layersModel.weights.find(
          ({ originalName }) => originalName.replaceAll('/', '.') === name,
        )!;
        await expect(theirs.read()).toBeCloseToTensor(variable, 2e-3);
      }
      layersModel.dispose();
      model.dispose();
    });
  });
});

it('names shards as tfjs’s converter does, and removes those of an earlier save, and nothing else', async () => {
  const model = await TFCLIPTextModel.fromPretrained(modelFolder('text-model'));
  await writeFile(path.join(folder, 'notes.txt'), 'mine');
  await model.saveLayersModel(folder, { maxShardSize: '7kB' });
  const before = await readdir(folder);
  expect(before.length).toBeGreaterThan(4);
  expect(before).toEqual(expect.arrayContaining([`group1-shard2of${before.length - 2}.bin`, 'notes.txt']));
  await model.saveLayersModel(folder);
  expect((await readdir(folder)).sort()).toEqual(['group1-shard1of1.bin', 'model.json', 'notes.txt']);
  model.dispose();
});

it.each([
  [{ dtype: 'BF16' }, `dtype "BF16" is none that a LayersModel is saved as; there are 'F32' and 'F16'.`],
  [
    { maxShardSize: 'small' },
    `maxShardSize "small" is no size: give bytes, or a text such as '500MB' or '5GB'.`,
  ],
  [{ maxShardSize: 0 }, `maxShardSize 0 is no size: give bytes, or a text such as '500MB' or '5GB'.`],
])('%j is refused before anything is written', async (options, message) => {
  const model = await TFCLIPTextModel.fromPretrained(modelFolder('text-model'));
  const target = path.join(folder, 'new');
  expect(await thrown(() => model.saveLayersModel(target, options as object))).toStrictEqual(
    new InvalidArgumentError(message),
  );
  expect(await readdir(folder)).toEqual([]);
  model.dispose();
});
