// SPDX-License-Identifier: Apache-2.0
/** A device that is lost in a page: the three pipelines complete with the numbers of the cpu backend. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { files as emojiClip } from '@tfjs-clip/emoji-clip';
import { describeInChromium } from '../browser/chromium.js';
import type { Lose } from './deviceLossPage.js';
import { openPage } from './openPage.js';

declare const lose: Lose;

describeInChromium('a device that is lost in a page', () => {
  it('does not spoil the batch', async () => {
    const model = path.dirname(fileURLToPath(emojiClip['config.json']));
    const { page, address, troubles, close } = await openPage('deviceLossPage.ts', { '/a-model/': model });
    try {
      await page.waitForFunction('globalThis.lose');
      const results = await page.evaluate((folder) => lose(folder), `${address}/a-model`);
      for (const { task, actual, expected, leaked, losses } of results) {
        await expect(actual).toBeCloseToTensor(expected, 5e-6);
        expect({ task, leaked, losses }).toEqual({ task, leaked: 0, losses: 1 });
      }
      expect(results.length).toBe(3);
      expect(troubles.filter((trouble) => !/404|no answer/.test(trouble))).toEqual([]);
    } finally {
      await close();
    }
  });
});
