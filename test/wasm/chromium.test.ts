// SPDX-License-Identifier: Apache-2.0
/** The SIMD kernels in a page whose engine has relaxed SIMD, in memory of one thread, of tfjs's threads and of ours. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { files as emojiClip } from '@tfjs-clip/emoji-clip';
import { describeInChromium } from '../browser/chromium.js';
import { Fixture } from '../harness/fixture.js';
import { type OpenPage, openPage } from '../webgpu/openPage.js';
import type { Given, Run } from './page.js';

declare const run: Run;

const folders = {
  '/a-model/': path.dirname(fileURLToPath(emojiClip['config.json'])),
  '/tfjs-wasm/': path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm')),
};

describeInChromium('the SIMD kernels in a page', () => {
  let opened: OpenPage;

  beforeAll(async () => {
    opened = await openPage('../wasm/page.ts', folders, []);
  });

  afterAll(() => opened?.close());

  it.each([
    ['of one thread', null],
    ['of tfjs’s threads', 'tfjs'],
    ['of our threads', 'ours'],
  ] as const)('compute emoji-clip as Python does, in memory %s', async (_, threads) => {
    const fixture = await Fixture.read('emoji-clip');
    const { page, address, troubles } = opened;
    await page.reload();
    await page.waitForFunction('globalThis.run');
    const places = { model: `${address}/a-model`, backend: `${address}/tfjs-wasm/` };
    const given: Given = { ...places, threads, ...inputsOf(fixture) };
    const result = await page.evaluate((all) => run(all), given);
    await expect(result.logits).toBeCloseToTensor(fixture.get('base.logits_per_image').values, 1e-5);
    await expect([result.loss]).toBeCloseToTensor(fixture.get('base.loss').values, 1e-5);
    expect(result.leaked).toBe(0);
    expect(result.isShared).toBe(threads !== null);
    expect(result.kernelNames).toEqual(
      expect.arrayContaining(['CLIPPatchEmbedding', 'CLIPAttention', 'CLIPLinear']),
    );
    expect(troubles.filter((trouble) => !/404/.test(trouble))).toEqual([]);
  });
});

function inputsOf(fixture: Fixture): Pick<Given, 'inputIds' | 'attentionMask' | 'pixelValues'> {
  const plain = (name: string) => {
    const { shape, values } = fixture.get(`base.${name}`);
    return { shape, values: [...values] };
  };
  return {
    inputIds: plain('input_ids'),
    attentionMask: plain('attention_mask'),
    pixelValues: plain('pixel_values'),
  };
}
