// SPDX-License-Identifier: Apache-2.0
/** Parts of a model that train: which, how much, and what the rest costs. */
import * as tf from '@tensorflow/tfjs';
import {
  contrastiveObjective,
  countParameters,
  type EmbeddedBatch,
  type LastLayers,
  lastLayers,
  lockImageTower,
  lockTextTower,
  lossAndGradients,
  namedParts,
  type Trainable,
  train,
  weightsOf,
} from '@tfjs-clip/training';
import { InvalidArgumentError, TFCLIPModel } from 'tfjs-clip';
import { leavesNoTensors } from '../harness/leaks.js';
import { thrown } from '../harness/thrown.js';
import { tinyConfig } from '../harness/tinyConfig.js';
import { valuesOf } from './adapted.js';
import { memoryBatches } from './memoryBatches.js';

describe('what trains', () => {
  let model: TFCLIPModel;
  beforeAll(async () => {
    await tf.setBackend('cpu');
    model = new TFCLIPModel(tinyConfig());
  });
  afterAll(() => model.dispose());

  it.each<[string, (model: TFCLIPModel) => Trainable, RegExp]>([
    ['everything', weightsOf, /^/],
    ['but the image tower', lockImageTower, /^(text_|logit_scale)/],
    ['but the text tower', lockTextTower, /^(vision_|visual_|logit_scale)/],
    [
      'of the last layers of both towers',
      (model) => lastLayers(model, { text: 1, vision: 2 }),
      /^(text_.*(layers\.1\.|final_layer_norm|projection)|vision_.*(layers\.[01]|post_layernorm)|visual_|logit_scale)/,
    ],
    [
      'of the last layer of one',
      (model) => lastLayers(model, { vision: 1 }),
      /^(vision_.*(layers\.1\.|post_layernorm)|visual_|logit_scale)/,
    ],
    [
      'by name',
      (model) => namedParts(model, [/layer_norm\d/, 'vision_model.encoder.layers.1', 'logit_scale']),
      /layer_norm\d|^vision_model\.encoder\.layers\.1\.|^logit_scale$/,
    ],
  ])('%s: as counted, and no other weight changes', async (_, make, expected) => {
    const model = new TFCLIPModel(tinyConfig());
    const before = await valuesOf(model);
    const trainable = make(model);
    const names = [...before.keys()].filter((name) => expected.test(name));
    expect([...trainable.parameters.keys()]).toEqual(names);
    const sizes = [...before.values()].map(({ length }) => length);
    expect(countParameters(trainable)).toEqual({
      trained: names.reduce((sum, name) => sum + before.get(name)!.length, 0),
      all: sizes.reduce((sum, size) => sum + size, 0),
    });
    const options = { steps: 2, learningRate: 0.01, schedule: 'constant' } as const;
    await train(trainable, memoryBatches(1), options);
    // The bias of keys has a gradient of 0, as softmax is not changed by it.
    const changed = [...(await valuesOf(model))].filter(
      ([name, values]) => String(values) !== String(before.get(name)),
    );
    expect(changed.map(([name]) => name).filter((name) => !names.includes(name))).toEqual([]);
    expect(changed.length).toBeGreaterThan(0.8 * names.length);
    model.dispose();
  });

  it.each([[undefined], [3]])(
    'has the same gradients where a tower is locked, of which nothing is recorded (chunks of %p)',
    async (chunkSize) => {
      let held = 0;
      const objective = {
        ...contrastiveObjective(),
        loss: (batch: EmbeddedBatch) => {
          held = tf.memory().numBytes;
          return contrastiveObjective().loss(batch);
        },
      };
      const batch = await firstOf(memoryBatches(1).batches(0));
      const measure = (trainable: Trainable) => {
        const before = tf.memory().numBytes;
        const { loss, gradients } = lossAndGradients(trainable, batch, objective, { chunkSize });
        loss.dispose();
        return { gradients, bytes: held - before };
      };
      await leavesNoTensors(async () => {
        const whole = measure(weightsOf(model));
        for (const locked of [lockImageTower(model), lockTextTower(model)]) {
          const { gradients, bytes } = measure(locked);
          expect([...gradients.keys()].sort()).toEqual([...locked.parameters.keys()].sort());
          for (const [name, gradient] of gradients) {
            await expect(gradient).toBeCloseToTensor(whole.gradients.get(name)!, 1e-6);
          }
          if (chunkSize === undefined) expect(bytes).toBeLessThan(0.7 * whole.bytes);
          tf.dispose([...gradients.values()]);
        }
        tf.dispose([...whole.gradients.values()]);
      });
      tf.dispose([batch.inputIds, batch.attentionMask, batch.pixelValues]);
    },
  );

  it.each<[LastLayers, string]>([
    [{ text: 3 }, 'text is 3, but must be a whole number from 0 to 2, the layers of that tower.'],
    [{ vision: 0.5 }, 'vision is 0.5, but must be a whole number from 0 to 2, the layers of that tower.'],
    [{ text: 0 }, 'Nothing would train: give text or vision a number of layers above 0.'],
  ])('is not %j', async (layers, sentence) => {
    expect(await thrown(() => lastLayers(model, layers))).toStrictEqual(new InvalidArgumentError(sentence));
  });

  it('is not what has no name', async () => {
    expect(await thrown(() => namedParts(model, ['vision_model.encoder.layers.11']))).toStrictEqual(
      new InvalidArgumentError(
        'No weight of the model matches vision_model.encoder.layers.11; its names are such as logit_scale, ' +
          'text_projection.weight.',
      ),
    );
    expect(await thrown(() => namedParts(model, []))).toStrictEqual(
      new InvalidArgumentError('Nothing would train: name some weights.'),
    );
  });
});

async function firstOf<Item>(items: AsyncIterable<Item>): Promise<Item> {
  for await (const item of items) return item;
  throw new Error('There is none.');
}
