// SPDX-License-Identifier: Apache-2.0
/**
 * `node benchmarks/webgpu.mjs [--width 768] [--layers 12] [--batch 1] [--seconds 5]`: a vision tower on whatever WebGPU
 * adapter there is, with our kernels and with tfjs's ops alone, by turns in one process; and the first call, which compiles
 * the shaders, in one of its own. On SwiftShader, which needs no graphics card:
 * VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json, and a small tower.
 */
import { execFile } from 'node:child_process';
import { parseArgs, promisify } from 'node:util';
import './dawn.mjs';
import * as tf from '@tensorflow/tfjs';
import { profileDispatches } from '@tfjs-clip/webgpu-kernels';
import { visionFlops } from './flops.mjs';
import { time } from './timing.mjs';
import { useKernels } from './webgpuSwitch.mjs';
import { openTower } from './webgpuTower.mjs';

const ROUNDS = 3;
const option = (value) => ({ type: 'string', default: String(value) });
const { values } = parseArgs({
  options: { width: option(768), layers: option(12), batch: option(1), seconds: option(5) },
});
const [width, layers, batch, seconds] = [values.width, values.layers, values.batch, values.seconds].map(
  Number,
);

const rows = [
  { what: 'with our kernels', kernels: 'kernels' },
  { what: 'tfjs alone', kernels: 'tfjs' },
];
for (const row of rows) {
  row.first = (await firstCall(row.kernels)).first;
  row.ahead = await firstCall(row.kernels, 'ahead');
}
const { config, forward, read } = await openTower({ width, layers, batch });
for (const row of rows) {
  useKernels(row.kernels === 'kernels');
  await read();
  Object.assign(row, await measureCost());
}
for (let round = 0; round < ROUNDS; round++) {
  for (const row of rows) {
    useKernels(row.kernels === 'kernels');
    const { median } = await time(read, seconds / ROUNDS);
    row.median = Math.min(row.median ?? Number.POSITIVE_INFINITY, median);
  }
}
report();
process.exit(); // Dawn would keep the process alive.

async function firstCall(...how) {
  const script = new URL('./webgpuFirstCall.mjs', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [script, width, layers, batch, ...how]);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

async function measureCost() {
  const dispatches = await profileDispatches(forward);
  const sum = (field) => dispatches.reduce((total, dispatch) => total + dispatch[field], 0);
  return { dispatches: dispatches.length, written: sum('bytesWritten'), device: sum('milliseconds') };
}

function report() {
  const { vendor, architecture, description } = tf.backend().adapterInfo;
  const adapter = [vendor, architecture, description].filter(Boolean).join(' ');
  console.log(`${adapter}; a vision tower of ${layers} layers, width ${width}, batch ${batch}`);
  console.table(
    rows.map(({ what, median, first, ahead, dispatches, written, device }) => ({
      what,
      'ms a call': rounded(median),
      'GFLOP/s': rounded((visionFlops(config) * batch) / median / 1e6),
      'ms of the first': rounded(first),
      'compiled ahead': rounded(ahead.first),
      'ms to compile': rounded(ahead.compiling),
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
