// SPDX-License-Identifier: Apache-2.0
/** Adapters as PEFT keeps them: its files are read, ours are its equals, others are refused. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { openSource, SafetensorsReader } from '@tfjs-clip/safetensors';
import { loadLora, lora, loraFiles, saveLora } from '@tfjs-clip/training';
import { toOurLayout } from '@tfjs-clip/weights-converter';
import { CheckpointError, ConfigurationError, ModelNotFoundError, TFCLIPModel } from 'tfjs-clip';
import { Fixture, modelFolder, withModel } from '../harness/fixture.js';
import { leavesNoTensors } from '../harness/leaks.js';
import { thrown } from '../harness/thrown.js';
import { adapterFolder, valuesOf, withAdapter } from './adapted.js';

const tinyModel = () => TFCLIPModel.fromPretrained(modelFolder('clip-quick-gelu'));

describe('files of adapters', () => {
  let folder: string;
  beforeAll(async () => {
    await tf.setBackend('cpu');
    folder = await mkdtemp(path.join(os.tmpdir(), 'lora-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("have PEFT's names, shapes, numbers and settings", async () => {
    await withModel(tinyModel(), async (model) => {
      const adapter = await loadLora(model, adapterFolder('lora-trained'));
      await saveLora(adapter, path.join(folder, 'saved'), 'clip-quick-gelu');
      const read = async (of: string) => {
        const reader = await SafetensorsReader.open(
          await openSource(path.join(of, 'adapter_model.safetensors')),
        );
        const names = reader.names().sort();
        const tensors = names.map(async (name) => [
          name,
          reader.info(name).shape,
          await reader.float32(name),
        ]);
        const content = [reader.metadata, await Promise.all(tensors)];
        await reader.close();
        return content;
      };
      expect(await read(path.join(folder, 'saved'))).toEqual(await read(adapterFolder('lora-trained')));
      const config = async (of: string) =>
        JSON.parse(await readFile(path.join(of, 'adapter_config.json'), 'utf8'));
      const [ours, theirs] = [
        await config(path.join(folder, 'saved')),
        await config(adapterFolder('lora-trained')),
      ];
      for (const [key, value] of Object.entries(ours)) {
        if (key !== 'target_modules') expect([key, value]).toEqual([key, theirs[key]]);
      }
      // Ours are whole names, of which PEFT's are the ends.
      expect(ours.target_modules).toEqual(adapter.modules);
      const ends = ours.target_modules.map((name: string) => name.split('.').at(-1));
      expect([...new Set(ends)].sort()).toEqual(theirs.target_modules);
    });
  });

  it('are read with a rank-stabilised scale and layers that a pattern chose', async () => {
    const expected = await Fixture.open('adaptation/lora-rank-stabilized.safetensors');
    await withModel(tinyModel(), async (model) => {
      const adapter = await loadLora(model, adapterFolder('lora-rank-stabilized'));
      expect(adapter.scaling).toEqual({ rank: 4, alpha: 2, useRslora: true });
      expect(adapter.modules).toEqual([0, 1, 2].map((i) => `vision_model.encoder.layers.${i}.mlp.fc2`));
      adapter.merge();
      const name = `${adapter.modules[1]}.weight`;
      const { shape, values } = expected.get(name);
      const { data } = toOurLayout(name, shape, values as Float32Array);
      await expect(model.namedWeights().get(name)!).toBeCloseToTensor(tf.tensor(data, shape.reverse()), 1e-6);
    });
  });

  it('of memory, and a merged model saved as any other, hold what the adapter computes', async () => {
    await withModel(tinyModel(), async (model) => {
      const adapter = await loadLora(model, adapterFolder('lora-trained'));
      const again = await loadLora(model, await loraFiles(adapter));
      for (const [name, parameter] of adapter.parameters) {
        expect(await again.parameters.get(name)!.data()).toEqual(await parameter.data());
      }
      adapter.merge();
      await model.savePretrained(path.join(folder, 'merged'));
      await withModel(TFCLIPModel.fromPretrained(path.join(folder, 'merged')), async (saved) => {
        expect(await valuesOf(saved)).toEqual(await valuesOf(model));
      });
    });
  });

  it.each<[object, string]>([
    [{ peft_type: 'IA3' }, 'adapter_config.json of memory has the peft_type "IA3"; only "LORA" can be read.'],
    [
      { use_dora: true },
      'adapter_config.json of memory has use_dora true, which is not supported here. Merge it in Python (merge_and_unload), and ' +
        'load the model.',
    ],
    [
      { init_lora_weights: 'pissa' },
      'adapter_config.json of memory has init_lora_weights "pissa", which is not supported here. Merge it in Python ' +
        '(merge_and_unload), and load the model.',
    ],
    [{ r: 0 }, 'adapter_config.json of memory has r 0, but it must be above 0.'],
    [{ lora_alpha: 'much' }, 'adapter_config.json of memory has lora_alpha "much", but it must be above 0.'],
  ])('with %j are refused', async (change, sentence) => {
    await withModel(tinyModel(), async (model) => {
      const files = await loraFiles(lora(model, { rank: 1 }));
      const config = { ...JSON.parse(files['adapter_config.json']), ...change };
      const broken = { ...files, 'adapter_config.json': JSON.stringify(config) };
      expect(await thrown(() => loadLora(model, broken))).toStrictEqual(new ConfigurationError(sentence));
    });
  });

  it('that are no JSON, or of another model, are refused with all that does not fit; no tensor stays', async () => {
    const files = await withAdapter({ rank: 1, targetModules: ['visual_projection'] }, (adapter) =>
      loraFiles(adapter),
    );
    await withModel(tinyModel(), async (model) => {
      await leavesNoTensors(async () => {
        const broken = { ...files, 'adapter_config.json': '[' };
        expect(await thrown(() => loadLora(model, broken))).toStrictEqual(
          new ConfigurationError('adapter_config.json of memory is not the JSON of an adapter.'),
        );
        const noAdapter = modelFolder('clip-gelu');
        expect(await thrown(() => loadLora(model, noAdapter))).toStrictEqual(
          new ModelNotFoundError(`There is no adapter in ${noAdapter}: it has no adapter_config.json.`),
        );
        expect(await thrown(() => loadLora(model, files))).toStrictEqual(
          new CheckpointError(
            'adapter_model.safetensors is no adapter of this model: ' +
              'base_model.model.visual_projection.lora_A.weight is [1,8] instead of [1,20]; ' +
              'base_model.model.visual_projection.lora_B.weight is [6,1] instead of [18,1].',
          ),
        );
      });
    });
  });
});
