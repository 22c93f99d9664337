// SPDX-License-Identifier: Apache-2.0
/**
 * `node benchmarks/webgpuPeers.mjs [--rounds 7] [--json | --markdown]`: towers with random weights in Chromium on WebGPU,
 * computed by our kernels, by tfjs's ops alone and by onnxruntime-web's webgpu provider. The engines take turns, outputs
 * are compared first, and ratios are of the same round. One case only, such as ViT-B/32 on a graphics card:
 * `--width 768 --layers 12 --batch 8 [--tower vision]`. Where Chromium finds no graphics card it takes SwiftShader.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { chromium } from 'playwright-core';
import { rolldown } from 'rolldown';
import { CLIPConfig, TFCLIPModel } from 'tfjs-clip';
import { textFlops, visionFlops } from './flops.mjs';
import { exportModel } from './onnx/export.mjs';
import { serve } from './staticSite.mjs';
import { markdown, summarize, terminalTable } from './webgpuPeersReport.mjs';

/** Random weights of the right size give outputs of their own rounding; engines that agree differ by less than this. */
const TOLERANCE = 1e-4;
const CASES = [
  { tower: 'vision', width: 192, layers: 4, batch: 1 },
  { tower: 'vision', width: 192, layers: 4, batch: 8 },
  { tower: 'text', width: 192, layers: 4, batch: 1 },
  { tower: 'vision', width: 768, layers: 1, batch: 1 },
  { tower: 'vision', width: 768, layers: 2, batch: 1 },
];
const ortFolder = path.resolve(import.meta.dirname, '../node_modules/onnxruntime-web/dist');

const { values } = parseArgs({
  options: {
    tower: { type: 'string', default: 'vision' },
    width: { type: 'string' },
    layers: { type: 'string', default: '12' },
    batch: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '7' },
    json: { type: 'boolean', default: false },
    markdown: { type: 'boolean', default: false },
  },
});
const { tower, width, layers, batch, rounds } = values;
const cases = width ? [{ tower, width: +width, layers: +layers, batch: +batch }] : CASES;

const folder = await mkdtemp(path.join(os.tmpdir(), 'bench-webgpu-'));
const site = await serve({ '/ort/': ortFolder, '/': folder });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--enable-unsafe-webgpu', '--enable-features=Vulkan'],
});
try {
  tf.enableProdMode();
  await writePage();
  const page = await browser.newPage();
  await page.goto(`${site.address}/index.html`);
  await page.waitForFunction('globalThis.prepare');
  const device = await page.evaluate(() => describeDevice());
  const results = [];
  for (const [i, one] of cases.entries()) results.push(await measureCase(page, one, `case${i}`));
  const report = summarize(device, results, { chromium: browser.version(), rounds: +rounds });
  if (values.json) console.log(JSON.stringify(report, null, 2));
  else console.log(values.markdown ? markdown(report) : terminalTable(report));
} finally {
  await browser.close();
  site.close();
  await rm(folder, { recursive: true });
}

/** From source, so that what is measured is what stands there. */
async function writePage() {
  const bundle = await rolldown({
    input: path.join(import.meta.dirname, 'webgpuPeersPage.mjs'),
    platform: 'browser',
    resolve: {
      conditionNames: ['tfjs-clip-source', 'browser', 'import', 'default'],
      extensionAlias: { '.js': ['.ts', '.js'] },
    },
  });
  await bundle.write({ file: path.join(folder, 'page.js'), codeSplitting: false });
  await bundle.close();
  const html =
    '<!doctype html><link rel="icon" href="data:," /><script type="module" src="page.js"></script>';
  await writeFile(path.join(folder, 'index.html'), html);
}

async function measureCase(page, one, name) {
  process.stderr.write(`${one.tower} tower, ${one.width} wide, ${one.layers} layers, batch ${one.batch} …\n`);
  const config = configOf(one);
  await writeModel(config, path.join(folder, name), one.tower);
  const engines = await page.evaluate((given) => prepare(given), givenFor(config, one, name));
  for (const { engine, output } of engines) compare(engine, output, engines[0].output);
  const times = Object.fromEntries(engines.map(({ engine }) => [engine, []]));
  for (let round = 0; round < rounds; round++) {
    for (const i of engines.keys()) {
      const { engine } = engines[(i + round) % engines.length];
      times[engine].push(await page.evaluate((which) => measure(which), engine));
    }
  }
  const flops = one.tower === 'vision' ? visionFlops(config.visionConfig) : textFlops(config.textConfig, 77);
  const first = Object.fromEntries(engines.map(({ engine, first }) => [engine, first]));
  return { ...one, gigaflop: (flops * one.batch) / 1e9, times, first };
}

/** The tower that is measured, as wide as wanted; the other as small as can be. */
function configOf({ tower, width, layers }) {
  const size = {
    hiddenSize: width,
    intermediateSize: 4 * width,
    numAttentionHeads: width / 64,
    numHiddenLayers: layers,
  };
  const small = { hiddenSize: 8, intermediateSize: 8, numAttentionHeads: 1, numHiddenLayers: 1 };
  const vocabulary = { vocabSize: 1000, eosTokenId: 999 };
  return new CLIPConfig({
    textConfig: { ...(tower === 'text' ? size : small), ...vocabulary },
    visionConfig: tower === 'vision' ? size : { ...small, imageSize: 8, patchSize: 8 },
  });
}

async function writeModel(config, directory, tower) {
  const model = new TFCLIPModel(config);
  await model.savePretrained(directory);
  model.dispose();
  await exportModel(directory, tower, path.join(directory, 'tower.onnx'));
}

function givenFor({ visionConfig, textConfig }, { tower, batch }, name) {
  const { numChannels, imageSize } = visionConfig;
  const shape =
    tower === 'vision'
      ? [batch, numChannels, imageSize, imageSize]
      : [batch, textConfig.maxPositionEmbeddings];
  const at = (file) => `${site.address}/${file}`;
  const addresses = {
    model: at(name),
    onnx: at(`${name}/tower.onnx`),
    ort: at('ort/ort.webgpu.min.mjs'),
  };
  return { tower, shape, end: textConfig.eosTokenId, ...addresses };
}

function compare(engine, output, expected) {
  const largest = Math.max(...expected.map(Math.abs));
  const difference = Math.max(...expected.map((value, i) => Math.abs(value - output[i]))) / largest;
  if (!(difference <= TOLERANCE)) {
    throw new Error(`${engine} computes something else: ${difference} of the largest magnitude away.`);
  }
}
