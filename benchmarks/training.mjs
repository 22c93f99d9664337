// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run build && node benchmarks/training.mjs --python .venv/bin/python`: how many pictures a second a training step takes
 * in, beside torch's on the same model, batch and cores. Each peer is a process of its own; they take their steps in turn, and
 * ratios are of one round. `--model emoji-clip` or `vit-b-32`, `--peers` by their names, `--rounds`.
 */
import { cp } from 'node:fs/promises';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { CLIPConfig, TFCLIPModel } from 'tfjs-clip';
import { CACHE } from './inputs/paths.mjs';
import { writeTrainingBatch } from './inputs/trainingBatch.mjs';
import { PeerProcess } from './peers/peerProcess.mjs';
import { machine } from './report.mjs';
import { summary, timesAsFast } from './statistics.mjs';

const CORES = os.availableParallelism();
const TORCH = 'torch';
/** Losses of the first steps, from the same weights. */
const COMPARED_STEPS = 2;
const LARGEST_DIFFERENCE = 1e-3;

const MODELS = {
  'emoji-clip': { pairs: 64, title: 'emoji-clip, batches of 64', write: copyEmojiClip },
  'vit-b-32': { pairs: 4, title: 'ViT-B/32, batches of 4, texts of 77 tokens', write: writeRandomModel },
};
const node = (options = {}) => ({
  module: 'trainingStep.mjs',
  options: { backend: 'tensorflow', ...options },
  threads: CORES,
});
const NODE_KERNELS = ['@tfjs-clip/node-kernels'];
const PEERS = [
  { name: TORCH, module: 'training_step.py', threads: CORES },
  { name: 'tfjs-node', ...node() },
  { name: 'tfjs-node + kernels', ...node({ kernels: NODE_KERNELS }) },
  {
    name: 'tfjs-node + kernels + checkpointing',
    ...node({ kernels: NODE_KERNELS, checkpointing: true }),
  },
  {
    name: 'tfjs-node + kernels + chunks of a quarter',
    ...node({ kernels: NODE_KERNELS }),
    chunked: true,
  },
  { name: 'wasm', module: 'trainingStep.mjs', options: { backend: 'wasm' }, threads: 1 },
];

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'emoji-clip' },
    peers: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    python: { type: 'string' },
  },
});
const { pairs, title, write } = MODELS[values.model];
const folder = `${CACHE}/training-${values.model}`;
await write(folder);
await writeTrainingBatch(folder, pairs);
const started = await startAll();
for (let round = 0; round < Number(values.rounds); round++) {
  for (const peer of rotated(started, round)) await takeStep(peer);
}
for (const { process: child, ...peer } of started) {
  peer.memory = (await child.ask('memory')).peak;
  started[started.findIndex(({ name }) => name === peer.name)] = peer;
  await child.close();
}
console.log(table(started));

/** Each has taken the compared steps: it is warm. */
async function startAll() {
  const wanted = values.peers?.split(',') ?? PEERS.map(({ name }) => name);
  const peers = PEERS.filter(({ name }) => wanted.includes(name) && (name !== TORCH || values.python));
  const running = [];
  for (const { chunked, ...peer } of peers) {
    process.stderr.write(`starting ${peer.name} …\n`);
    if (chunked) peer.options.chunkSize = Math.max(1, pairs / 4);
    const child = await PeerProcess.start(peer, values.python);
    await child.ask('load', { task: 'train', args: [folder] });
    const losses = [];
    for (let step = 0; step < COMPARED_STEPS; step++) {
      losses.push((await child.ask('run', { task: 'train', size: pairs, round: step })).output[0]);
    }
    process.stderr.write(`  losses ${losses.map((loss) => loss.toFixed(5)).join(', ')}\n`);
    running.push({ name: peer.name, process: child, losses, milliseconds: [] });
  }
  checkLosses(running);
  return running;
}

function checkLosses([reference, ...others]) {
  for (const { name, losses } of others) {
    const worst = Math.max(...losses.map((loss, step) => Math.abs(loss - reference.losses[step])));
    if (!(worst < LARGEST_DIFFERENCE)) {
      throw new Error(`${name} has losses ${losses}, ${reference.name} ${reference.losses}.`);
    }
  }
}

async function takeStep({ process: child, milliseconds }) {
  milliseconds.push((await child.ask('time', { task: 'train', size: pairs, round: 0 })).ms);
}

/** Another one first in each round. */
function rotated(peers, round) {
  const start = round % peers.length;
  return [...peers.slice(start), ...peers.slice(0, start)];
}

function table(peers) {
  const torch = peers.find(({ name }) => name === TORCH);
  const spread = ({ median, lowest, highest }, digits) =>
    `${median.toFixed(digits)} (${lowest.toFixed(digits)}–${highest.toFixed(digits)})`;
  const rows = peers.map(({ name, milliseconds, memory }) => {
    const speed = summary(milliseconds.map((ms) => (pairs * 1000) / ms));
    const ratio = torch && name !== TORCH ? spread(timesAsFast(milliseconds, torch.milliseconds), 2) : '';
    const cells = [name, summary(milliseconds).median.toFixed(0), spread(speed, 1), ratio];
    return `| ${[...cells, (memory / 1e6).toFixed(0)].join(' | ')} |`;
  });
  const { cpu, cores, node: version } = machine();
  return [
    `### ${title}`,
    '',
    '| | ms a step | pictures/s | times as fast as torch | peak memory (MB) |',
    '|---|---:|---:|---:|---:|',
    ...rows,
    '',
    `${cpu}, ${cores} cores, Node ${version}; load of the machine: ${os.loadavg()[0].toFixed(1)}. Median of ${values.rounds} rounds (lowest–highest).`,
  ].join('\n');
}

async function copyEmojiClip(target) {
  const source = fileURLToPath(new URL('../packages/emoji-clip', import.meta.url));
  for (const file of ['config.json', 'model.safetensors']) {
    await cp(`${source}/${file}`, `${target}/${file}`);
  }
}

async function writeRandomModel(target) {
  await tf.setBackend('cpu');
  const model = new TFCLIPModel(new CLIPConfig(), { seed: 1 });
  await model.savePretrained(target);
  model.dispose();
}
