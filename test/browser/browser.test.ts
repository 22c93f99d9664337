// SPDX-License-Identifier: Apache-2.0
/** What is published works in a browser: the same pages, bundled by Vite, on wasm and webgl, with Node's scores. */
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { files as emojiClip } from '@tfjs-clip/emoji-clip';
import type { Browser, Page } from 'playwright-core';
import { type LabelScore, pipeline } from 'tfjs-clip';
import { Bundle } from './bundle.js';
import { describeInChromium, launchChromium, troublesOf } from './chromium.js';
import type { Kind } from './page/inputs.js';
import { type Site, serve } from './server.js';

const pictures = path.resolve(__dirname, '../fixtures/browser');
const python = JSON.parse(readFileSync(path.join(pictures, 'scores.json'), 'utf8'));
const labels: string[] = python.labels;
const files: string[] = Object.keys(python.scores);

/** Read from a file, whose pixels are then Pillow's. */
const encoded: Kind[] = ['address', 'bytes', 'blob', 'image'];
/** Drawn by the browser first, of the files that it can read. */
const drawn: Kind[] = ['bitmap', 'canvas', 'imageData'];
const kindsOf = (file: string) => (file.endsWith('.tif') ? encoded : [...encoded, ...drawn]);
const TOLERANCE = 1e-4;
/**
 * For pixels that are not the same: Chromium rounds the colours of half transparent pixels of a lossy WebP (scores 8e-4
 * apart), and its libavif, as Python's, rounds one grey level away from ours (6e-4).
 */
const LOOSE_TOLERANCE = 2e-3;
const pythonTolerance = (file: string) => (file.endsWith('.avif') ? LOOSE_TOLERANCE : TOLERANCE);
const drawnTolerance = (file: string) => (/\.(avif|webp)$/.test(file) ? LOOSE_TOLERANCE : TOLERANCE);

describeInChromium('a page that Vite has bundled', () => {
  const nodeScores: Record<string, number[]> = {};
  let bundle: Bundle;
  let site: Site;
  let browser: Browser;

  beforeAll(async () => {
    bundle = await Bundle.build();
    site = await serve({
      '/a-model/': path.dirname(fileURLToPath(emojiClip['config.json'])),
      '/': bundle.folder,
    });
    browser = await launchChromium();
    await tf.setBackend('wasm');
    const classify = await pipeline('zero-shot-image-classification', 'emoji-clip');
    for (const file of files) {
      nodeScores[file] = inOrder(await classify(path.join(pictures, file), labels));
    }
    classify.dispose();
  });

  afterAll(async () => {
    await browser?.close();
    await site?.close();
    await bundle?.remove();
  });

  it.each(files)('%s has the scores of Python in Node', async (file) => {
    await expect(nodeScores[file]).toBeCloseToTensor(python.scores[file], pythonTolerance(file));
  });

  it('is made of what is published, not of the source', () => {
    const sources = bundle.ours().filter(({ id }) => !/\/dist\/esm\/|\/emoji-clip\/index\.js$/.test(id));
    expect(sources).toEqual([]);
    expect(bundle.ours().length).toBeGreaterThan(100);
  });

  it('holds nothing of Node, and says how large it is', async () => {
    const ofNode = /^(node:|__vite-browser-external)|\/node_modules\/(buffer|jimp|@jimp|node-fetch)\//;
    const foreign = bundle.importedByUs().filter(({ id }) => ofNode.test(id) || builtinModules.includes(id));
    expect(foreign).toEqual([]);
    const size = await bundle.scriptSize();
    console.log(
      `scripts: ${Math.round(size / 1e3)} kB minified, ${Math.round(bundle.shareOfOurs() * 100)}% of it tfjs-clip`,
    );
    expect(size).toBeLessThan(1.6e6);
  });

  it('shows a bar for each label, and the reason where a file is no picture', async () => {
    const page = await browser.newPage();
    const troubles = troublesOf(page);
    await page.goto(`${site.address}/index.html`);
    await page.setInputFiles('input[type=file]', path.join(pictures, 'house.webp'));
    await page.waitForSelector('li');
    await expect(inOrder(await bars(page))).toBeCloseToTensor(nodeScores['house.webp'], TOLERANCE);
    await page.setInputFiles('input[type=file]', path.join(pictures, 'scores.json'));
    await page.waitForFunction(() =>
      document.querySelector('[role=status]')!.textContent.includes('not a picture'),
    );
    expect(troubles).toEqual([]);
    await page.close();
  });

  it('reads a model from an address', async () => {
    const page = await browser.newPage();
    await page.goto(`${site.address}/inputs.html?backend=wasm&model=${site.address}/a-model`);
    await page.waitForFunction(() => window.page);
    const { scores } = await page.evaluate(
      (labels) => window.page.classify('blob', 'sun.png', labels),
      labels,
    );
    await expect(scores).toBeCloseToTensor(nodeScores['sun.png'], TOLERANCE);
    await page.close();
  });

  describe.each(['wasm', 'webgl'])('on %s', (backend) => {
    let page: Page;
    let troubles: string[];

    beforeAll(async () => {
      page = await browser.newPage();
      troubles = troublesOf(page);
      await page.goto(`${site.address}/inputs.html?backend=${backend}&model=emoji-clip`);
      await page.waitForFunction(() => window.page);
    });

    it('runs there', async () => {
      expect(await page.evaluate(() => window.page.backend)).toBe(backend);
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    });

    describe.each(files)('%s', (file) => {
      it.each(kindsOf(file))('as %s has the scores of Node and leaves no tensor', async (kind) => {
        const result = await page.evaluate(
          ([kind, file, labels]) => window.page.classify(kind, file, labels),
          [kind, file, labels] as const,
        );
        const tolerance = drawn.includes(kind) ? drawnTolerance(file) : TOLERANCE;
        await expect(result.scores).toBeCloseToTensor(nodeScores[file], tolerance);
        expect(result.leaked).toBe(0);
      });
    });

    it('finds the layers of a LayersModel by name, though bundlers drop what seems unused', async () => {
      const names = await page.evaluate(() => window.page.layersByName());
      expect(names).toEqual(expect.arrayContaining(['TFCLIPVisionEmbeddings', 'TFCLIPEncoderLayer']));
    });

    it('leaves no tensor and no trouble behind', async () => {
      expect(await page.evaluate(() => window.page.dispose())).toBe(0);
      expect(troubles).toEqual([]);
      await page.close();
    });
  });
});

function bars(page: Page): Promise<LabelScore[]> {
  return page.$$eval('li', (items) =>
    items.map((item) => ({
      label: item.firstChild!.textContent!,
      score: Number(item.querySelector('data')!.value),
    })),
  );
}

function inOrder(ranked: LabelScore[]): number[] {
  return labels.map((label) => ranked.find((entry) => entry.label === label)!.score);
}
