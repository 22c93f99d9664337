// SPDX-License-Identifier: Apache-2.0
/** The fused kernels in a real page: Python's numbers, no tensor left and no invalid WGSL. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { files as emojiClip } from '@tfjs-clip/emoji-clip';
import { describeInChromium } from '../browser/chromium.js';
import { Fixture } from '../harness/fixture.js';
import { TOLERANCE } from '../kernels/parity.js';
import { openPage } from './openPage.js';
import type { Differences, Given, Run, Tune } from './page.js';

declare const run: Run;
declare const differences: Differences;
declare const tune: Tune;

describeInChromium('the webgpu kernels in a page', () => {
  it('compute emoji-clip as Python does', async () => {
    const model = path.dirname(fileURLToPath(emojiClip['config.json']));
    const { page, address, troubles, close } = await openPage('page.ts', { '/a-model/': model });
    try {
      const fixture = await Fixture.read('emoji-clip');
      await page.waitForFunction('globalThis.run');
      const result = await page.evaluate(([folder, given]) => run(folder, given), [
        `${address}/a-model`,
        givenBy(fixture),
      ] as const);
      await expect(result.logits).toBeCloseToTensor(fixture.get('base.logits_per_image').values, 1e-5);
      await expect([result.loss]).toBeCloseToTensor(fixture.get('base.loss').values, 1e-5);
      expect(result.leaked).toBe(0);
      expect(result.error).toBeNull();
      expect(result.programs).toEqual(
        expect.arrayContaining(['PatchEmbeddingProgram', 'AttentionProgram', 'LinearProgram']),
      );
      expect(troubles.filter((trouble) => !/404/.test(trouble))).toEqual([]);
    } finally {
      await close();
    }
  });

  it('compute what tfjs does on cpu, and keep the tiles found fastest in the browser’s Cache', async () => {
    const { page, close } = await openPage('page.ts', {});
    try {
      await page.waitForFunction('globalThis.run');
      const { all, error } = await page.evaluate(() => differences());
      expect(error).toBeNull();
      expect(Object.keys(all)).toHaveLength(5);
      for (const difference of Object.values(all)) expect(difference).toBeLessThan(TOLERANCE);
      const { measured, saved } = await page.evaluate(() => tune());
      expect(measured).toEqual([1, 0]);
      expect(Object.values(saved).map(Object.keys)).toEqual([['4x12x8']]);
    } finally {
      await close();
    }
  });
});

function givenBy(fixture: Fixture): Given {
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
