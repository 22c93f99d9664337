// SPDX-License-Identifier: Apache-2.0
/** The fused kernels in a real page: Python's numbers, no tensor left and no invalid WGSL. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { files as emojiClip } from '@tfjs-clip/emoji-clip';
import { describeInChromium, launchChromium, troublesOf } from '../browser/chromium.js';
import { serve } from '../browser/server.js';
import { Fixture } from '../harness/fixture.js';
import type { Given, Run } from './page.js';

const root = path.resolve(__dirname, '../..');

declare const run: Run;

describeInChromium('the webgpu kernels in a page', () => {
  it('compute emoji-clip as Python does', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'webgpu-page-'));
    await bundleInto(folder);
    const model = path.dirname(fileURLToPath(emojiClip['config.json']));
    const site = await serve({ '/a-model/': model, '/': folder });
    const browser = await launchChromium('--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader');
    try {
      const fixture = await Fixture.read('emoji-clip');
      const page = await browser.newPage();
      const troubles = troublesOf(page);
      await page.goto(`${site.address}/index.html`);
      await page.waitForFunction('globalThis.run');
      const result = await page.evaluate(([address, given]) => run(address, given), [
        `${site.address}/a-model`,
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
      await browser.close();
      await site.close();
      await rm(folder, { recursive: true });
    }
  });
});

async function bundleInto(folder: string): Promise<void> {
  const rolldown = path.join(root, 'node_modules/rolldown/bin/cli.mjs');
  const config = path.join(__dirname, 'page.config.mjs');
  const output = path.join(folder, 'page.js');
  await promisify(execFile)(process.execPath, [rolldown, '-c', config, '-o', output]);
  const page =
    '<!doctype html><link rel="icon" href="data:," /><script type="module" src="page.js"></script>';
  await writeFile(path.join(folder, 'index.html'), page);
}

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
