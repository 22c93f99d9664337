/** @jest-environment ./test/webgpu/dawnEnvironment.cjs */
// SPDX-License-Identifier: Apache-2.0
/** The page of benchmarks/page in Chromium: what it shows is what Node counts. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { measure } from '../../benchmarks/page/measure.js';
import { describeInChromium, launchChromium, troublesOf } from '../browser/chromium.js';
import { type Site, serve } from '../browser/server.js';
import { describeWebGPU } from './describeWebGPU.js';

const root = path.resolve(__dirname, '../..');
const SIZE = { batch: 1, width: 64, layers: 1, seconds: 0 };

describeInChromium('the page that measures', () => {
  let folder: string;
  let site: Site;
  let browser: Browser;
  let page: Page;
  let troubles: string[];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'bench-page-'));
    const config = path.join(root, 'benchmarks/page/vite.config.mjs');
    const vite = path.join(root, 'node_modules/vite/bin/vite.js');
    await promisify(execFile)(process.execPath, [vite, 'build', '--config', config, '--outDir', folder], {
      env: { ...process.env, NODE_ENV: 'production' }, // jest sets 'test'
    });
    site = await serve({ '/': folder });
    browser = await launchChromium('--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader');
    page = await browser.newPage();
    troubles = troublesOf(page);
    await page.goto(`${site.address}/index.html`);
    for (const [name, value] of Object.entries(SIZE)) await page.fill(`[name=${name}]`, String(value));
  });

  afterAll(async () => {
    await browser?.close();
    await site?.close();
    await rm(folder, { recursive: true });
  });

  describeWebGPU('dispatches', () => {
    it('are those of Node', async () => {
      const { operations } = await measure({ ...SIZE, tower: 'vision' });
      const counted = operations!.map(({ name, calls }) => [name, String(calls)]);
      const shown = await measureInPage({ backend: 'webgpu', kernels: 'ours', tower: 'vision' });
      expect(shown.status).toBe('Ready.');
      expect(shown.unit).toBe('Dispatches');
      expect(shown.rows.map(([name, calls]) => [name, calls]).sort()).toEqual(counted.sort());
      const total = (field: 'calls' | 'bytes') => operations!.reduce((sum, one) => sum + one[field], 0);
      const kilobytes = Number((total('bytes') / 1000).toFixed(0)).toLocaleString('en-US');
      expect(shown.total.slice(0, 3)).toEqual(['All', String(total('calls')), `${kilobytes} kB`]);
      expect(shown.figures['Computed on']).toBe('google swiftshader');
    });

    it('without our kernels are many more', async () => {
      const { rows } = await measureInPage({ backend: 'webgpu', kernels: 'tfjs', tower: 'text' });
      const names = rows.map(([name]) => name);
      expect(names).not.toContain('QueryKeyValue');
      expect(names).toContain('Softmax');
    });
  });

  it.each([
    ['webgl', 'ours', 'Softmax'],
    ['wasm', 'ours', 'CLIPAttention'],
    ['wasm', 'tfjs', 'Softmax'],
    ['cpu', 'ours', 'Softmax'],
  ])('%s with kernels of %s: one %s, as there is one block', async (backend, kernels, kernel) => {
    const { status, unit, rows, figures } = await measureInPage({ backend, kernels, tower: 'vision' });
    expect([status, unit, figures['Computed on']]).toEqual(['Ready.', 'Calls', backend]);
    expect(rows.find(([name]) => name === kernel)?.[1]).toBe('1');
    expect(troubles).toEqual([]);
  });

  async function measureInPage(choices: Record<string, string>) {
    for (const [name, choice] of Object.entries(choices)) await page.selectOption(`[name=${name}]`, choice);
    await page.click('button');
    await page.waitForSelector('fieldset:disabled', { state: 'attached', timeout: 5000 });
    await page.waitForSelector('fieldset:enabled', { timeout: 60_000 });
    return page.evaluate(() => {
      const texts = (root: ParentNode, selector: string) =>
        [...root.querySelectorAll(selector)].map(({ textContent }) => textContent!);
      const cells = (selector: string) =>
        [...document.querySelectorAll(selector)].map((row) => texts(row, 'td'));
      const names = texts(document, 'dt');
      return {
        status: document.querySelector('[role=status]')!.textContent,
        unit: document.querySelector('#unit')!.textContent,
        rows: cells('tbody tr'),
        total: cells('tfoot tr')[0],
        figures: Object.fromEntries(texts(document, 'dd').map((value, i) => [names[i], value])),
      };
    });
  }
});
