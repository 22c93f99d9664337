// SPDX-License-Identifier: Apache-2.0
/**
 * `node benchmarks/loading.mjs [--backends wasm,tfjs-node,cpu --rounds 5 --json]`: what loading a ViT-B/32 costs, beside what
 * merely reading its file into memory costs in the same round. Each load has its own process. The files are in the page cache
 * for both. Peak memory is what the process had at most, less what it had before it began. (tfjs-node takes the weights over
 * into TensorFlow's memory one by one, when each is first used: that is not in these figures.)
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { writeCheckpoint } from './loadingCheckpoint.mjs';
import { machine } from './report.mjs';

const PACKAGES = {
  wasm: '@tensorflow/tfjs-backend-wasm',
  'tfjs-node': '@tensorflow/tfjs-node',
  cpu: '',
};
const DTYPES = ['F32', 'F16'];
const { resolve } = createRequire(import.meta.url);

const { values } = parseArgs({
  options: {
    backends: { type: 'string', default: Object.keys(PACKAGES).join() },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const folder = await mkdtemp(path.join(tmpdir(), 'bench-loading-'));
try {
  const results = [];
  for (const dtype of DTYPES) {
    process.stderr.write(`writing a checkpoint of ${dtype} …\n`);
    const bytes = await writeCheckpoint(path.join(folder, dtype), dtype);
    for (const backend of installed(values.backends.split(','))) {
      process.stderr.write(`loading it on ${backend} …\n`);
      results.push({ backend, dtype, bytes, ...(await measure(path.join(folder, dtype), backend)) });
    }
  }
  console.log(values.json ? JSON.stringify({ machine: machine(), results }, null, 2) : table(results));
} finally {
  await rm(folder, { recursive: true });
}

/** The fastest of several rounds, a read and a load in each, and the highest peak. */
async function measure(checkpoint, backend) {
  const reads = [];
  const loads = [];
  for (let round = 0; round < Number(values.rounds); round++) {
    reads.push(await once('read', checkpoint, backend));
    loads.push(await once('load', checkpoint, backend));
  }
  const fastest = (runs) => Math.min(...runs.map(({ seconds }) => seconds));
  return { read: fastest(reads), load: fastest(loads), peak: Math.max(...loads.map(({ peak }) => peak)) };
}

async function once(task, checkpoint, backend) {
  const script = new URL('./loadingOnce.mjs', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [
    script,
    task,
    checkpoint,
    PACKAGES[backend],
  ]);
  return JSON.parse(stdout.trim().split('\n').at(-1));
}

function installed(names) {
  return names.filter((name) => {
    if (!(name in PACKAGES)) {
      throw new Error(`No backend '${name}'; there are ${Object.keys(PACKAGES).join(', ')}.`);
    }
    if (PACKAGES[name] === '') return true;
    try {
      resolve(PACKAGES[name]);
      return true;
    } catch {
      process.stderr.write(`${name} is left out: ${PACKAGES[name]} is not installed\n`);
      return false;
    }
  });
}

function table(results) {
  const { cpu, cores, node } = machine();
  const float32Bytes = Math.max(...results.map(({ bytes }) => bytes));
  const lines = [
    `A checkpoint of ViT-B/32's size; ${cpu}, ${cores} cores, Node ${node}.`,
    '',
    '| backend | file | MB | read (ms) | load (ms) | load / read | ns / byte of file | peak / file | peak / float32 |',
    '|---|---|---:|---:|---:|---:|---:|---:|---:|',
  ];
  for (const { backend, dtype, bytes, read, load, peak } of results) {
    const cells = [
      backend,
      dtype,
      (bytes / 1e6).toFixed(0),
      (read * 1000).toFixed(0),
      (load * 1000).toFixed(0),
      (load / read).toFixed(2),
      ((load * 1e9) / bytes).toFixed(2),
      (peak / bytes).toFixed(2),
      (peak / float32Bytes).toFixed(2),
    ];
    lines.push(`| ${cells.join(' | ')} |`);
  }
  return lines.join('\n');
}
