// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run bench [-- --backends wasm,tfjs-node --seconds 5 --json]`: what we say about speed, measured. Every time
 * stands beside the peak that the same backend reached in the same run, so that figures of different machines compare.
 */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { parseArgs, promisify } from 'node:util';
import { machine, markdownTable } from './report.mjs';

const PACKAGES = { wasm: '@tensorflow/tfjs-backend-wasm', 'tfjs-node': '@tensorflow/tfjs-node' };
const { resolve } = createRequire(import.meta.url);

const { values } = parseArgs({
  options: {
    backends: { type: 'string', default: Object.keys(PACKAGES).join() },
    seconds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});

const results = [];
for (const backend of values.backends.split(',')) {
  if (!PACKAGES[backend])
    throw new Error(`No backend '${backend}'; there are ${Object.keys(PACKAGES).join(', ')}.`);
  if (!isInstalled(PACKAGES[backend])) {
    process.stderr.write(`${backend} is left out: ${PACKAGES[backend]} is not installed\n`);
    continue;
  }
  process.stderr.write(`measuring ${backend} …\n`);
  results.push(await measure(backend));
}
console.log(values.json ? JSON.stringify({ machine: machine(), results }, null, 2) : markdownTable(results));

/** In a process of its own, so that one backend's threads and memory do not burden the next. */
async function measure(backend) {
  const script = new URL('./backend.mjs', import.meta.url).pathname;
  const child = promisify(execFile)(process.execPath, [script, PACKAGES[backend], values.seconds]);
  child.child.stderr.pipe(process.stderr);
  return { backend, ...JSON.parse((await child).stdout.trim().split('\n').at(-1)) };
}

function isInstalled(name) {
  try {
    resolve(name);
    return true;
  } catch {
    return false;
  }
}
