// SPDX-License-Identifier: Apache-2.0
/** A folder that `convertModel` made for tfjs: `tf.loadLayersModel` opens it in a page, with the model's own numbers. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { Browser } from 'playwright-core';
import { convertModel } from 'tfjs-clip';
import { Fixture, modelFolder, relativeDifference } from '../harness/fixture.js';
import { Bundle } from './bundle.js';
import { describeInChromium, launchChromium, troublesOf } from './chromium.js';
import { type Site, serve } from './server.js';

/** Of the largest value: sums in another order. */
const TOLERANCE = 5e-6;
const towers = ['text', 'vision'] as const;
describeInChromium('a page that opens converted towers', () => {
  let folder: string;
  let bundle: Bundle;
  let site: Site;
  let browser: Browser;
  let fixture: Fixture;

  beforeAll(async () => {
    await tf.setBackend('cpu');
    fixture = await Fixture.read('clip-quick-gelu');
    folder = await mkdtemp(path.join(tmpdir(), 'towers-'));
    const source = modelFolder('clip-quick-gelu');
    await convertModel(source, path.join(folder, 'float32'), { to: 'tfjs', maxShardSize: '10kB' });
    await convertModel(source, path.join(folder, 'float16'), { to: 'tfjs', dtype: 'F16' });
    bundle = await Bundle.build();
    site = await serve({ '/models/': folder, '/': bundle.folder });
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await site?.close();
    await bundle?.remove();
    await rm(folder, { recursive: true, force: true });
  });

  describe.each(['wasm', 'webgl'])('on %s', (backend) => {
    it.each([
      ['float32', TOLERANCE],
      ['float16', 2e-3],
    ])('%s: the numbers of transformers', async (stored, tolerance) => {
      const page = await browser.newPage();
      const troubles = troublesOf(page);
      await page.goto(`${site.address}/layersModel.html?backend=${backend}`);
      await page.waitForFunction(() => window.towers);
      expect(await page.evaluate(() => window.towers.backend)).toBe(backend);
      for (const tower of towers) {
        const address = `${site.address}/models/${stored}/${tower}/model.json`;
        const { values, shape, leaked } = await page.evaluate(
          ([address, inputs]) => window.towers.predict(address, inputs),
          [address, inputsOf(tower)] as const,
        );
        const expected = fixture.get(`base.${tower === 'text' ? 'text' : 'image'}_features`);
        expect(shape).toEqual(expected.shape);
        expect(relativeDifference(values, expected.values)).toBeLessThan(tolerance);
        expect(leaked).toBe(0);
      }
      expect(troubles).toEqual([]);
      await page.close();
    });
  });

  function inputsOf(tower: 'text' | 'vision') {
    if (tower === 'vision') return [{ ...recorded('base.pixel_values'), dtype: 'float32' as const }];
    const ids = recorded('base.input_ids');
    const mask = { ...ids, values: ids.values.map(() => 1) };
    return [ids, mask].map((input) => ({ ...input, dtype: 'int32' as const }));
  }

  function recorded(name: string) {
    const { values, shape } = fixture.get(name);
    return { values: Array.from(values), shape };
  }
});
