// SPDX-License-Identifier: Apache-2.0
/** Training through the fused kernels in a real page, against tfjs's cpu backend in Node. */
import * as tf from '@tensorflow/tfjs';
import { TFCLIPModel } from 'tfjs-clip';
import { describeInChromium } from '../browser/chromium.js';
import { Fixture, modelFolder } from '../harness/fixture.js';
import { openPage } from './openPage.js';
import { type Given, train } from './train.js';
import type { Run } from './trainingPage.js';

const MODEL = 'clip-quick-gelu';
const STEPS = 3;

declare const run: Run;

describeInChromium('training in a page', () => {
  it('has the losses of cpu, step by step', async () => {
    const given = await inputs();
    await tf.setBackend('cpu');
    const model = await TFCLIPModel.fromPretrained(modelFolder(MODEL));
    const expected = await train(model, given, STEPS);
    model.dispose();
    expect(expected.losses[STEPS]).toBeLessThan(0.9 * expected.losses[0]); // else equal losses say little
    const { page, address, troubles, close } = await openPage('trainingPage.ts', {
      '/a-model/': modelFolder(MODEL),
    });
    try {
      await page.waitForFunction('globalThis.run');
      const result = await page.evaluate(([folder, given, steps]) => run(folder, given, steps), [
        `${address}/a-model`,
        given,
        STEPS,
      ] as const);
      await expect(result.losses).toBeCloseToTensor(expected.losses, 5e-6);
      expect(result).toMatchObject({ leaked: 0, error: null });
      expect(result.programs).toEqual(
        expect.arrayContaining(['PatchEmbeddingProgram', 'AttentionProgram', 'LinearProgram']),
      );
      expect(troubles.filter((trouble) => !/404/.test(trouble))).toEqual([]);
    } finally {
      await close();
    }
  });
});

/** The recorded inputs, under a ragged mask: text i lacks its last i tokens. */
async function inputs(): Promise<Given> {
  const fixture = await Fixture.read(MODEL);
  const plain = (name: string) => {
    const { shape, values } = fixture.get(`base.${name}`);
    return { shape, values: [...values] } as never;
  };
  const { inputIds, pixelValues }: Omit<Given, 'attentionMask'> = {
    inputIds: plain('input_ids'),
    pixelValues: plain('pixel_values'),
  };
  const [, length] = inputIds.shape;
  const mask = inputIds.values.map((_, i) => Number((i % length) + Math.floor(i / length) < length));
  return { inputIds, attentionMask: { shape: inputIds.shape, values: mask }, pixelValues };
}
