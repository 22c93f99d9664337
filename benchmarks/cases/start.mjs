// SPDX-License-Identifier: Apache-2.0
/** Cold starts: a new process each time, from its start to its first answer, and what Node alone takes in the same round. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { LABELS, photoFiles, TEMPLATE } from '../inputs/labels.mjs';
import { PATHS } from '../inputs/paths.mjs';
import { PeerProcess } from '../peers/peerProcess.mjs';

const COMMAND = fileURLToPath(new URL('../../packages/cli/bin/tfjs-clip.js', import.meta.url));
const run = promisify(execFile);
const [photo] = photoFiles(1);

const nodeAlone = { peer: { name: 'Node alone, all of it' }, once: () => run(process.execPath, ['-e', '0']) };
const command = {
  peer: {
    name: 'tfjs-clip classify, the command, wasm',
    rivals: { start: 'transformers.js, onnxruntime-web' },
    threads: 1,
  },
  once: () =>
    run(process.execPath, [COMMAND, 'classify', photo, '--labels', LABELS.join(), '--backend', 'wasm']),
};

/** @returns [{ peer, samples }] in milliseconds beyond Node's own, which comes first as it is */
export async function measureStarts(peers, { rounds, onProgress }) {
  const starters = [nodeAlone, command, ...peers.map((peer) => ({ peer, once: () => answerOnce(peer) }))];
  const runs = starters.map(({ peer }) => ({ peer, samples: [] }));
  for (const { once } of starters) await (await once()).close?.(); // the files are in the page cache from here on
  for (let round = 1; round <= rounds; round++) {
    onProgress(`round ${round} of ${rounds} …`);
    for (const [i, { once }] of starters.entries()) {
      const start = performance.now();
      const started = await once();
      const beyond = i === 0 ? 0 : runs[0].samples.at(-1);
      runs[i].samples.push(performance.now() - start - beyond);
      await started.close?.();
    }
  }
  return runs;
}

async function answerOnce(peer) {
  const process = await PeerProcess.start(peer);
  await process.ask('load', { task: 'classify', args: [PATHS.emojiClip, LABELS, TEMPLATE] });
  await process.ask('run', { task: 'classify', size: 1, round: 0 });
  return process;
}
