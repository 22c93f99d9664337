// SPDX-License-Identifier: Apache-2.0
/** One backend's share of `run.mjs`, in its own process: prints one line of JSON. */
import util from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { matmulPeak, measureTowers } from './towers.mjs';

const [, , packageName, seconds] = process.argv;
util.isNullOrUndefined ??= (value) => value === null || value === undefined; // Node 23 dropped it; tfjs-node 4.22 calls it.
await import(packageName);
await tf.setBackend(packageName.endsWith('wasm') ? 'wasm' : 'tensorflow');
await tf.ready();

const peakBefore = await matmulPeak(Number(seconds) / 5);
const rows = await measureTowers(Number(seconds), ({ what, batch, median }) =>
  process.stderr.write(`  ${what}, batch ${batch}: ${median.toFixed(0)} ms\n`),
);
// Shared cores change their pace: the better of two looks is the peak.
const peak = Math.max(peakBefore, await matmulPeak(Number(seconds) / 5));
console.log(JSON.stringify({ version: tf.version_core, peak, rows }));
