// SPDX-License-Identifier: Apache-2.0
/** A device that is lost in a page, destroyed or with all of Chromium's GPU process: numbers are those of the cpu backend. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { files as emojiClip } from '@tfjs-clip/emoji-clip';
import { describeInChromium } from '../browser/chromium.js';
import type { Lose, Outlive } from './deviceLossPage.js';
import { type OpenPage, openPage } from './openPage.js';

declare const lose: Lose;
declare const outlive: Outlive;

describeInChromium('a device that is lost in a page', () => {
  let open: OpenPage;

  beforeAll(async () => {
    const model = path.dirname(fileURLToPath(emojiClip['config.json']));
    open = await openPage('deviceLossPage.ts', { '/a-model/': model });
    await open.page.waitForFunction('globalThis.lose');
  });
  afterAll(() => open.close());

  it('does not spoil the batch of a pipeline', async () => {
    const results = await open.page.evaluate((folder) => lose(folder), `${open.address}/a-model`);
    for (const { task, actual, expected, leaked, losses } of results) {
      await expect(actual).toBeCloseToTensor(expected, 5e-6);
      expect({ task, leaked, losses }).toEqual({ task, leaked: 0, losses: 1 });
    }
    expect(results.length).toBe(3);
  });

  it('with the process that drives the graphics card does not spoil a call', async () => {
    const results = open.page.evaluate(() => outlive());
    await open.page.waitForFunction('globalThis.isComputing');
    const browser = await open.page.context().browser()!.newBrowserCDPSession();
    await browser.send('Browser.crashGpuProcess');
    expect(await results).toEqual(['1,16,81']);
    expect(open.troubles.filter((trouble) => !/404|no answer/.test(trouble))).toEqual([]);
  });
});
