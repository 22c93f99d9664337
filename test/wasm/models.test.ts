// SPDX-License-Identifier: Apache-2.0
/** Whole models with every kernel, attention's too, against transformers; and training, which uses none. */
import * as tf from '@tensorflow/tfjs';
import { TFCLIPModel, TFCLIPTextModel, TFCLIPVisionModel } from 'tfjs-clip';
import { Fixture, modelFolder, withModel } from '../harness/fixture.js';
import { leavesNoTensors } from '../harness/leaks.js';
import { describeWasm } from './describeWasm.js';
import { heapBytes } from './heapBytes.js';

/** As on the other backends, relative to each output's largest magnitude. */
const TOLERANCE = 5e-6;

describeWasm('TFCLIPModel', () => {
  it.each([
    ['clip-quick-gelu', 'base'],
    ['clip-quick-gelu', 'unequal'],
    ['clip-gelu', 'base'],
    ['emoji-clip', 'base'],
  ])('%s, %s', async (folder, set) => {
    const fixture = await Fixture.read(folder);
    const source = folder === 'emoji-clip' ? folder : modelFolder(folder);
    await withModel(TFCLIPModel.fromPretrained(source), async (model) => {
      const inputs = fixture.inputs(set);
      const returnLoss = inputs.inputIds.shape[0] === inputs.pixelValues.shape[0];
      const { textModelOutput, visionModelOutput, ...outputs } = model.call(inputs, { returnLoss });
      for (const [name, tensor] of Object.entries(outputs)) {
        const recorded = `${set}.${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
        await expect(tensor).toBeCloseToTensor(fixture.get(recorded).values, TOLERANCE);
      }
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
        await towerMatches(text.call(fixture.inputs(set)), fixture, set);
      });
    },
  );

  it.each(['wide', 'tall'])('vision, interpolated to a %s picture', async (name) => {
    const [fixture, set] = [await Fixture.read('clip-quick-gelu'), `vision.${name}`];
    await withModel(TFCLIPVisionModel.fromPretrained(modelFolder('clip-quick-gelu')), async (vision) => {
      const output = vision.call(fixture.inputs(set), { interpolatePosEncoding: true });
      await towerMatches(output, fixture, set);
    });
  });
});

async function towerMatches(
  { lastHiddenState, poolerOutput }: { lastHiddenState: tf.Tensor; poolerOutput: tf.Tensor },
  fixture: Fixture,
  set: string,
): Promise<void> {
  await expect(lastHiddenState).toBeCloseToTensor(fixture.tensor(`${set}.last_hidden_state`), TOLERANCE);
  await expect(poolerOutput).toBeCloseToTensor(fixture.tensor(`${set}.pooler_output`), TOLERANCE);
}
