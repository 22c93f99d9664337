// SPDX-License-Identifier: Apache-2.0
/** Whole models with the SIMD kernels against transformers, and their gradients against torch. */
import * as tf from '@tensorflow/tfjs';
import { fromOurLayout } from '@tfjs-clip/weights-converter';
import { TFCLIPModel, TFCLIPTextModel, TFCLIPVisionModel } from 'tfjs-clip';
import {
  beyond,
  differences,
  Fixture,
  modelFolder,
  relativeDifference,
  withModel,
} from '../harness/fixture.js';
import { leavesNoTensors } from '../harness/leaks.js';
import { describeWasm } from './describeWasm.js';
import { heapBytes } from './heapBytes.js';

/** As on the other backends, relative to each output's largest magnitude. */
const TOLERANCE = 5e-6;
const GRADIENT_TOLERANCE = 1e-5;
const COMPOSED = { outputHiddenStates: true, outputAttentions: true };

describeWasm('TFCLIPModel', () => {
  it.each([
    ['clip-quick-gelu', 'base'],
    ['clip-quick-gelu', 'unequal'],
    ['clip-gelu', 'base'],
  ])('%s, %s: with kernels, and composed where attentions are asked for', async (folder, set) => {
    const fixture = await Fixture.read(folder);
    await withModel(TFCLIPModel.fromPretrained(modelFolder(folder)), async (model) => {
      const inputs = fixture.inputs(set);
      const returnLoss = inputs.inputIds.shape[0] === inputs.pixelValues.shape[0];
      const features = {
        textFeatures: model.getTextFeatures(inputs),
        imageFeatures: model.getImageFeatures(inputs),
      };
      const composed = { ...model.call(inputs, { ...COMPOSED, returnLoss }), ...features };
      expect(beyond(TOLERANCE, await differences(composed, fixture, set))).toEqual({});
      const { textModelOutput, visionModelOutput, ...fused } = model.call(inputs, { returnLoss });
      for (const [name, tensor] of Object.entries(fused)) {
        const recorded = `${set}.${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
        await expect(tensor).toBeCloseToTensor(fixture.get(recorded).values, TOLERANCE);
      }
    });
  });

  it('emoji-clip: embeddings, logits and loss', async () => {
    const fixture = await Fixture.read('emoji-clip');
    await withModel(TFCLIPModel.fromPretrained('emoji-clip'), async (model) => {
      const output = model.call(fixture.inputs('base'), { returnLoss: true });
      const { textModelOutput, visionModelOutput, ...recorded } = output;
      expect(beyond(GRADIENT_TOLERANCE, await differences(recorded, fixture, 'base'))).toEqual({});
    });
  });

  it('has torch’s gradients, with its weights in panels before and after', async () => {
    const expected = await Fixture.read('clip-quick-gelu', 'gradients');
    const recorded = await Fixture.read('clip-quick-gelu');
    await withModel(TFCLIPModel.fromPretrained(modelFolder('clip-quick-gelu')), async (model) => {
      const inputs = recorded.inputs('base');
      const logits = () => model.call(inputs).logitsPerImage;
      const before = await logits().data();
      await leavesNoTensors(async () => {
        const loss = () => model.call(inputs, { returnLoss: true }).loss!;
        const { value, grads } = tf.variableGrads(loss, model.trainableWeights);
        const stages: Record<string, number> = {};
        for (const [name, { name: key }] of model.namedWeights()) {
          // Nothing but rounding: a key's bias adds the same to all scores of a query.
          if (/k_proj\.bias$/.test(name)) continue;
          const ours = fromOurLayout(name, grads[key].shape, (await grads[key].data()) as Float32Array);
          stages[name] = relativeDifference(ours.data, expected.get(name).values);
        }
        expect(beyond(GRADIENT_TOLERANCE, stages)).toEqual({});
        return [value, grads];
      });
      expect(await logits().data()).toEqual(before);
    });
  });

  it('learns as without them', async () => {
    const recorded = await Fixture.read('clip-quick-gelu');
    await withModel(TFCLIPModel.fromPretrained(modelFolder('clip-quick-gelu')), async (model) => {
      const inputs = recorded.inputs('base');
      const optimizer = tf.train.sgd(0.1);
      const losses: number[] = [];
      const steps: number[] = [];
      for (let step = 0; step < 4; step++) {
        losses.push((await model.call(inputs, { returnLoss: true }).loss!.data())[0]);
        const cost = optimizer.minimize(() => model.call(inputs, { returnLoss: true }).loss!, true)!;
        steps.push((await cost.data())[0]);
      }
      await expect(losses).toBeCloseToTensor(steps, TOLERANCE);
      expect(losses[3]).toBeLessThan(losses[0]);
      optimizer.dispose();
    });
  });

  it('keeps its memory flat over 1,000 calls', async () => {
    const inputs = (await Fixture.read('clip-quick-gelu')).inputs('base');
    await withModel(TFCLIPModel.fromPretrained(modelFolder('clip-quick-gelu')), async (model) => {
      const call = () => model.call(inputs).dispose();
      for (let i = 0; i < 5; i++) call();
      const before = heapBytes();
      await leavesNoTensors(() => {
        for (let i = 0; i < 1000; i++) call();
      });
      expect(heapBytes()).toBe(before);
    });
  });
});

describeWasm('one tower', () => {
  it.each(['right-padding', 'left-padding', 'one-row-of-positions', 'positions'])(
    'text, %s',
    async (name) => {
      const [fixture, set] = [await Fixture.read('clip-quick-gelu'), `text.${name}`];
      await withModel(TFCLIPTextModel.fromPretrained(modelFolder('clip-quick-gelu')), async (text) => {
        await towerMatches((options) => text.call(fixture.inputs(set), options), fixture, set);
      });
    },
  );

  it.each(['wide', 'tall'])('vision, interpolated to a %s picture', async (name) => {
    const [fixture, set] = [await Fixture.read('clip-quick-gelu'), `vision.${name}`];
    await withModel(TFCLIPVisionModel.fromPretrained(modelFolder('clip-quick-gelu')), async (vision) => {
      const call = (options: object) =>
        vision.call(fixture.inputs(set), { ...options, interpolatePosEncoding: true });
      await towerMatches(call, fixture, set);
    });
  });
});

interface TowerOutput {
  lastHiddenState: tf.Tensor;
  poolerOutput: tf.Tensor;
}

async function towerMatches(
  call: (options: object) => TowerOutput,
  fixture: Fixture,
  set: string,
): Promise<void> {
  expect(beyond(TOLERANCE, await differences(call(COMPOSED), fixture, set))).toEqual({});
  const { lastHiddenState, poolerOutput } = call({});
  await expect(lastHiddenState).toBeCloseToTensor(fixture.tensor(`${set}.last_hidden_state`), TOLERANCE);
  await expect(poolerOutput).toBeCloseToTensor(fixture.tensor(`${set}.pooler_output`), TOLERANCE);
}
