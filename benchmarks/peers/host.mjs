// SPDX-License-Identifier: Apache-2.0
/**
 * A peer's process: reads requests as lines of JSON and answers with lines of JSON. `load` a task, `run` a job of it for its
 * output, `time` it for milliseconds, tell the `memory` it took at most. python.py does the same.
 */
import { createInterface } from 'node:readline';

const [, , module, options, threads] = process.argv;
const before = process.memoryUsage.rss();
const { default: createPeer } = await import(module);
const peer = await createPeer({ ...JSON.parse(options), threads: Number(threads) });
const calls = {};

const answers = {
  async load({ task, args = [] }) {
    calls[task] = await peer[task](...args);
    return {};
  },
  async run({ task, size, round }) {
    return { output: Array.from(await calls[task](size, round)) };
  },
  async time({ task, size, round }) {
    const start = performance.now();
    await calls[task](size, round);
    return { ms: performance.now() - start };
  },
  async memory() {
    return { peak: process.resourceUsage().maxRSS * 1024 - before };
  },
};

answer({ versions: peer.versions });
for await (const line of createInterface(process.stdin)) {
  const { action, ...job } = JSON.parse(line);
  try {
    answer(await answers[action](job));
  } catch (error) {
    answer({ error: error.stack });
  }
}
process.exit();

function answer(reply) {
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}
