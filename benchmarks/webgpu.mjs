// SPDX-License-Identifier: Apache-2.0
/**
 * `node benchmarks/webgpu.mjs [--width 768] [--layers 12] [--batch 1] [--seconds 5]`: a vision tower on whatever WebGPU
 * adapter there is, with our kernels and with tfjs's ops alone, by turns in one process. On SwiftShader, which needs no
 * graphics card: VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json, and a small tower.
 */
import { parseArgs } from 'node:util';
import './dawn.mjs';
import * as tf from '@tensorflow/tfjs';
import { profileDispatches } from '@tfjs-clip/webgpu-kernels';
import { CLIPVisionConfig, TFCLIPVisionModelWithProjection } from 'tfjs-clip';
import { visionFlops } from './flops.mjs';
import { time } from './timing.mjs';
import { useKernels } from './webgpuSwitch.mjs';

const ROUNDS = 3;
const option = (value) => ({ type: 'string', default: String(value) });
const { values } = parseArgs({
  options: { width: option(768), layers: option(12), batch: option(1), seconds: option(5) },
});
const [width, layers, batch, seconds] = [values.width, values.layers, values.batch, values.seconds].map(
  Number,
);

await tf.setBackend('webgpu');
await tf.ready();

const config = new CLIPVisionConfig({
  hiddenSize: width,
  intermediateSize: 4 * width,
  numAttentionHeads: width / 64,
  numHiddenLayers: layers,
});
const model = new TFCLIPVisionModelWithProjection(config);
const pixelValues = tf.randomUniform([batch, 3, config.imageSize, config.imageSize], -2, 2);
const forward = () => tf.tidy(() => model.call({ pixelValues }).imageEmbeds);

const rows = [
  { what: 'with our kernels', fused: true },
  { what: 'tfjs alone', fused: false },
];
for (const row of rows) {
  useKernels(row.fused);
  Object.assign(row, await measureCost());
}
for (let round = 0; round < ROUNDS; round++) {
  for (const row of rows) {
    useKernels(row.fused);
    const { median } = await time(read, seconds / ROUNDS);
    row.median = Math.min(row.median ?? Number.POSITIVE_INFINITY, median);
  }
}
report();
process.exit(); // Dawn would keep the process alive.

/** The first call compiles the shaders. */
async function measureCost() {
  const started = performance.now();
  await read();
  const first = performance.now() - started;
  const dispatches = await profileDispatches(forward);
  const sum = (field) => dispatches.reduce((total, dispatch) => total + dispatch[field], 0);
  return { first, dispatches: dispatches.length, written: sum('bytesWritten'), device: sum('milliseconds') };
}

async function read() {
  const output = forward();
  await output.data();
  output.dispose();
}

function report() {
  const { vendor, architecture, description } = tf.backend().adapterInfo;
  const adapter = [vendor, architecture, description].filter(Boolean).join(' ');
  console.log(`${adapter}; a vision tower of ${layers} layers, width ${width}, batch ${batch}`);
  console.table(
    rows.map(({ what, median, first, dispatches, written, device }) => ({
      what,
      'ms a call': rounded(median),
      'GFLOP/s': rounded((visionFlops(config) * batch) / median / 1e6),
      'ms of the first': rounded(first),
      dispatches,
      'MiB written': rounded(written / 2 ** 20),
      'ms on the device': rounded(device),
    })),
  );
  console.log(`${rounded(rows[1].median / rows[0].median)} times as fast as tfjs alone`);
}

function rounded(value) {
  return Math.round(value * 100) / 100;
}
