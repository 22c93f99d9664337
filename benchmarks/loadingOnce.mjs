// SPDX-License-Identifier: Apache-2.0
/** `loading.mjs`'s share in a process of its own: a load, or a read of the same file. Prints one line of JSON. */
import { open } from 'node:fs/promises';
import path from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { TFCLIPModel } from 'tfjs-clip';

const [, , task, folder, packageName] = process.argv;
const NAMES = { '@tensorflow/tfjs-backend-wasm': 'wasm', '@tensorflow/tfjs-node': 'tensorflow' };
util.isNullOrUndefined ??= (value) => value === null || value === undefined; // Node 23 dropped it; tfjs-node 4.22 calls it.
if (packageName) await import(packageName);
await tf.setBackend(NAMES[packageName] ?? 'cpu');
await tf.ready();

const rssBefore = process.memoryUsage.rss();
const start = performance.now();
const held = task === 'read' ? await readWhole() : await TFCLIPModel.fromPretrained(folder);
const seconds = (performance.now() - start) / 1000;
const peak = process.resourceUsage().maxRSS * 1024 - rssBefore;
console.log(JSON.stringify({ seconds, peak, held: held.constructor.name }));

/** The quickest way there is: one buffer, filled at once. */
async function readWhole() {
  const file = await open(path.join(folder, 'model.safetensors'));
  const bytes = new Uint8Array((await file.stat()).size);
  const { bytesRead } = await file.read(bytes);
  await file.close();
  if (bytesRead !== bytes.length) throw new Error(`Read ${bytesRead} of ${bytes.length} bytes.`);
  return bytes;
}
