/** @jest-environment ./test/webgpu/dawnEnvironment.cjs */
// SPDX-License-Identifier: Apache-2.0
/** Whole models with the fused kernels against transformers, and their gradients against torch. */
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
import { describeWebGPU } from './describeWebGPU.js';

/** As on the other backends, relative to each output's largest magnitude. */
const TOLERANCE = 5e-6;
const GRADIENT_TOLERANCE = 1e-5;
const COMPOSED = { outputHiddenStates: true, outputAttentions: true };

describeWebGPU('TFCLIPModel', () => {
  it.each([
    ['clip-quick-gelu', 'base'],
    ['clip-quick-gelu', 'unequal'],
    ['clip-gelu', 'base'],
  ])('%s, %s: fused, and composed where attentions are asked for', async (folder, set) => {
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

  it('has torch’s gradients of the contrastive loss', async () => {
    const expected = await Fixture.read('clip-quick-gelu', 'gradients');
    const recorded = await Fixture.read('clip-quick-gelu');
    await withModel(TFCLIPModel.fromPretrained(modelFolder('clip-quick-gelu')), async (model) => {
      const inputs = recorded.inputs('base');
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
    });
  });
});

describeWebGPU('one tower', () => {
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
