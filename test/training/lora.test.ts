// SPDX-License-Identifier: Apache-2.0
/** LoRA: PEFT's steps, and what merging does. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {
  AdamW,
  contrastiveObjective,
  countParameters,
  type LoraOptions,
  loadLora,
  lora,
  lossAndGradients,
  openRun,
  type TrainOptions,
  train,
} from '@tfjs-clip/training';
import { toOurLayout } from '@tfjs-clip/weights-converter';
import { InvalidArgumentError, TFCLIPModel } from 'tfjs-clip';
import { describeBackends } from '../harness/backends.js';
import { Fixture, modelFolder, relativeDifference, withModel } from '../harness/fixture.js';
import { leavesNoTensors } from '../harness/leaks.js';
import { thrown } from '../harness/thrown.js';
import { tinyConfig } from '../harness/tinyConfig.js';
import { adapterFolder, valuesOf, withAdapter } from './adapted.js';
import { memoryBatches } from './memoryBatches.js';
import { batchOf, readSteps, STEPS } from './trainingFixture.js';

const tinyModel = () => TFCLIPModel.fromPretrained(modelFolder('clip-quick-gelu'));
/** Asked: 1e-4 of losses and 1e-3 of weights. */
const LOSS_TOLERANCE = 1e-4;
const WEIGHT_TOLERANCE = 1e-3;

const WAYS: [string, { chunkSize?: number }, boolean][] = [
  ['at once', {}, false],
  ['with checkpoints', {}, true],
  ['with gradients cached, in chunks of 2', { chunkSize: 2 }, false],
];

describeBackends(
  '25 steps of AdamW on an adapter',
  (backend) => {
    const ways = backend === 'wasm' ? WAYS : WAYS.slice(0, 1); // What differs between the ways does not between backends.
    it.each(ways)("%s have PEFT's losses and matrices", async (_, options, checkpointing) => {
      const [expected, batches] = [await Fixture.open('adaptation/lora.safetensors'), await readSteps()];
      await withModel(tinyModel(), async (model) => {
        if (checkpointing) model.gradientCheckpointingEnable();
        const adapter = await loadLora(model, adapterFolder('lora-start'));
        const optimizer = new AdamW(adapter.parameters, { beta2: 0.98, epsilon: 1e-6, weightDecay: 0.1 });
        for (let step = 0; step < STEPS; step++) {
          const batch = batchOf(batches, step);
          const { loss, gradients } = lossAndGradients(adapter, batch, contrastiveObjective(), options);
          optimizer.apply(gradients, 1e-2);
          const difference = (await loss.data())[0] - expected.get('losses').values[step];
          expect(Math.abs(difference)).toBeLessThan(LOSS_TOLERANCE);
        }
        const trained = await loadLora(model, adapterFolder('lora-trained'));
        expect([...adapter.parameters.keys()]).toEqual([...trained.parameters.keys()]);
        for (const [name, parameter] of adapter.parameters) {
          const reference = await trained.parameters.get(name)!.data();
          const difference = relativeDifference(await parameter.data(), reference);
          expect([name, difference < WEIGHT_TOLERANCE]).toEqual([name, true]);
        }
        optimizer.dispose();
      });
    });
  },
  ['wasm', 'tensorflow'],
);

describeBackends('an adapter', () => {
  it("computes, merged or not, what PEFT's merged model does", async () => {
    const [expected, batches] = [await Fixture.open('adaptation/lora.safetensors'), await readSteps()];
    await withModel(tinyModel(), async (model) => {
      const adapter = await loadLora(model, adapterFolder('lora-trained'));
      const batch = batchOf(batches, 0);
      const apart = adapter.run(() => model.call(batch));
      adapter.merge();
      const merged = model.call(batch);
      for (const [name, embeds] of [
        ['text_embeds', 'textEmbeds'],
        ['image_embeds', 'imageEmbeds'],
      ] as const) {
        await expect(merged[embeds]).toBeCloseToTensor(expected.tensor(name), 1e-5);
        expect(await apart[embeds].data()).toEqual(await merged[embeds].data());
      }
    });
  });

  it("merges to PEFT's weights, changes no others, and gives the old ones back bit for bit", async () => {
    const expected = await Fixture.open('adaptation/lora.safetensors');
    await withModel(tinyModel(), async (model) => {
      const adapter = await loadLora(model, adapterFolder('lora-trained'));
      const before = await valuesOf(model);
      adapter.merge();
      const merged = await valuesOf(model);
      for (const [name, values] of merged) {
        if (!expected.has(`merged.${name}`)) {
          expect([name, values]).toEqual([name, before.get(name)]);
          continue;
        }
        const { shape, values: theirs } = expected.get(`merged.${name}`);
        const { data } = toOurLayout(name, shape, theirs as Float32Array);
        expect(relativeDifference(values, data)).toBeLessThan(1e-6);
      }
      adapter.unmerge();
      expect(await valuesOf(model)).toEqual(before);
      await adapter.withModel(async () => expect(await valuesOf(model)).toEqual(merged));
      expect(await valuesOf(model)).toEqual(before);
    });
  });
});

describe('a new adapter', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('changes nothing: A is uniform in ±1/√in and differs by layer and seed, B is 0', async () => {
    const options = { rank: 64, targetModules: ['fc1', 'fc2'] };
    await withAdapter(options, async (adapter) => {
      const spread = new Set<number>();
      for (const [name, parameter] of adapter.parameters) {
        const values = (await parameter.data()) as Float32Array;
        const bound = 1 / Math.sqrt(parameter.shape[1] as number);
        if (name.includes('lora_B')) {
          expect(values.every((value) => value === 0)).toBe(true);
          continue;
        }
        expect(values.every((value) => Math.abs(value) <= bound)).toBe(true);
        const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
        expect(variance / (bound * bound)).toBeCloseTo(1 / 3, 1);
        spread.add(values[0]);
      }
      expect(spread.size).toBe(8);
      await withAdapter({ ...options, seed: 1 }, async (other) => {
        for (const parameter of other.parameters.values()) {
          const [first] = await parameter.data();
          expect(first === 0 || !spread.has(first)).toBe(true);
        }
      });
    });
  });

  it("counts what trains as PEFT does, and takes PEFT's layers", async () => {
    const expected = await Fixture.open('adaptation/lora.safetensors');
    await withModel(tinyModel(), async (model) => {
      const targetModules = ['q_proj', 'v_proj', 'out_proj', 'fc1', 'visual_projection'];
      const adapter = lora(model, { rank: 3, alpha: 6, targetModules });
      const trained = await loadLora(model, adapterFolder('lora-trained'));
      expect([...adapter.modules].sort()).toEqual(trained.modules);
      expect(Object.values(countParameters(adapter))).toEqual([...expected.get('numbers').values]);
    });
  });

  it('may be of one tower', async () => {
    await withAdapter(
      { towers: ['vision'], targetModules: ['q_proj', 'visual_projection'] },
      async (adapter) => {
        expect(adapter.modules.filter((name) => !/^(?:vision_model|visual_projection)\b/.test(name))).toEqual(
          [],
        );
        expect(adapter.modules).toHaveLength(3);
      },
    );
  });

  it('trains by `train`, which evaluates it merged, and leaves the model and no tensor behind', async () => {
    const model = new TFCLIPModel(tinyConfig());
    const before = await valuesOf(model);
    await leavesNoTensors(async () => {
      const adapter = lora(model, { rank: 2, targetModules: ['q_proj', 'v_proj', 'fc1', 'fc2'] });
      const losses: number[] = [];
      const mergedAt: boolean[] = [];
      const evaluate = async () => ({ merged: Number(mergedAt[mergedAt.push(adapter.isMerged) - 1]) });
      await train(adapter, memoryBatches(1), {
        ...{ steps: 12, learningRate: 0.05, schedule: 'constant', emaDecay: 0.5 },
        evaluation: { every: 6, metric: 'merged', evaluate },
        callbacks: { onBatchEnd: (_, { loss }) => void losses.push(loss) },
      });
      expect(losses.at(-1)!).toBeLessThan(0.9 * losses[0]);
      expect(mergedAt).toEqual([true, true]);
      adapter.dispose();
    });
    expect(await valuesOf(model)).toEqual(before);
    model.dispose();
  });

  it('in a run keeps merged models, and goes on from its own state', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'lora-run-'));
    const stop = new AbortController();
    const options = { steps: 4, learningRate: 0.05 };
    const callbacks: TrainOptions['callbacks'] = {
      onBatchEnd: (_, { step }) => void (step === 2 && stop.abort()),
    };
    const whole = await withAdapter({}, async (adapter) => {
      await train(adapter, memoryBatches(2), options);
      return adapter.withModel(() => valuesOf(adapter.model));
    });
    const parts: TrainOptions[] = [{ ...options, callbacks, signal: stop.signal }, options];
    for (const [i, part] of parts.entries()) {
      await withAdapter({}, async (adapter) => {
        const run = await openRun(path.join(folder, 'run'), { resume: i > 0 });
        expect(await train(adapter, memoryBatches(2), { ...part, run })).toMatchObject({ step: 2 * (i + 1) });
      });
    }
    await withModel(TFCLIPModel.fromPretrained(path.join(folder, 'run/model')), async (model) => {
      expect(await valuesOf(model)).toEqual(whole);
    });
    await rm(folder, { recursive: true });
  });

  it('is not trained while it is merged, and merges and unmerges once', async () => {
    await withAdapter({}, async (adapter) => {
      await leavesNoTensors(async () => {
        adapter.merge();
        adapter.merge();
        expect(await thrown(() => adapter.run(() => 1))).toStrictEqual(
          new InvalidArgumentError(
            'The adapter is merged into the model: call the model as it is, or unmerge() to train on.',
          ),
        );
        adapter.unmerge();
        adapter.unmerge();
      });
      expect(adapter.run(() => 1)).toBe(1);
    });
  });

  it.each<[LoraOptions, string]>([
    [{ rank: 0 }, 'rank is 0, but must be a whole number of at least 1.'],
    [{ alpha: -1 }, 'alpha is -1, but must be a number above 0.'],
    [{ targetModules: [] }, 'targetModules is empty; name some layers.'],
    [
      { targetModules: ['q_proj', 'query'], towers: ['text'] },
      "targetModules has 'query', which is no linear layer of text; there are k_proj, v_proj, q_proj, out_proj, fc1, fc2, " +
        'text_projection.',
    ],
    [{ towers: ['image' as 'vision'] }, 'towers is ["image"], but must be some of "text", "vision".'],
  ])('of %j is refused', async (options, sentence) => {
    const refusal = await thrown(() => withAdapter(options, async () => {}));
    expect(refusal).toStrictEqual(new InvalidArgumentError(sentence));
  });
});
