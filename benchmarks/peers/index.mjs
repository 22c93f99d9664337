// SPDX-License-Identifier: Apache-2.0
/**
 * Ours and those we are measured against. A peer is a process: a module of this folder, what it is told, and the tasks that
 * it can do. `rivals` says for ours whom a task's time is compared with.
 */
import os from 'node:os';
import { installedVersion } from './installed.mjs';

const CORES = os.availableParallelism();
const OURS = 'npm install';
const TFJS_NODE = 'npm install --no-save @tensorflow/tfjs-node@4.22.0';
const PEERS_INSTALL = 'npm run bench:peers';

const towers = ['vision', 'text', 'matmul'];
const onWasm = {
  module: 'tfjsClip.mjs',
  options: { backend: 'wasm' },
  threads: 1,
  tasks: ['vision', 'text', 'classify', 'start'],
  rivals: against('onnxruntime-web, 1 thread', 'transformers.js, onnxruntime-web'),
  packages: ['@tensorflow/tfjs-backend-wasm'],
  install: OURS,
};
const onWasmWithKernels = {
  ...onWasm,
  options: { backend: 'wasm', kernels: '@tfjs-clip/wasm-kernels' },
  packages: ['@tensorflow/tfjs-backend-wasm', '@tfjs-clip/wasm-kernels'],
};
const onTfjsNode = {
  module: 'tfjsClip.mjs',
  options: { backend: 'tensorflow' },
  threads: CORES,
  tasks: [...towers, 'classify', 'start'],
  rivals: against('onnxruntime-node', 'transformers.js, onnxruntime-node'),
  packages: ['@tensorflow/tfjs-node'],
  install: TFJS_NODE,
};
/** Node 20 has relaxed SIMD behind a flag; later ones use it by themselves. */
const withRelaxedSimd = {
  ...onWasmWithKernels,
  name: 'tfjs-clip, wasm, our kernels, relaxed SIMD',
  nodeFlags: ['--experimental-wasm-relaxed-simd'],
};

const withTwoThreads = {
  ...onWasmWithKernels,
  name: 'tfjs-clip, wasm, our kernels, 2 threads',
  threads: 2,
  tasks: ['vision', 'text'],
  rivals: against('onnxruntime-web, 2 threads'),
};

/** In the order of the tables. `packages` must be there, or the peer is absent and `install` is how to get it. */
export const PEERS = [
  { ...onWasm, name: "tfjs-clip, wasm, tfjs's ops" },
  { ...onWasmWithKernels, name: 'tfjs-clip, wasm, our kernels' },
  ...(nodeMajor() < 21 ? [withRelaxedSimd] : []),
  withTwoThreads,
  { ...onTfjsNode, name: "tfjs-clip, tfjs-node, tfjs's ops" },
  {
    ...onTfjsNode,
    name: 'tfjs-clip, tfjs-node, our kernels',
    options: { backend: 'tensorflow', kernels: '@tfjs-clip/node-kernels' },
    packages: ['@tensorflow/tfjs-node', '@tfjs-clip/node-kernels'],
  },
  {
    name: 'tfjs-clip',
    module: 'tfjsClip.mjs',
    options: { backend: 'cpu' },
    threads: 1,
    tasks: ['resize', 'tokenize'],
    rivals: { resize: 'Pillow', tokenize: '@huggingface/tokenizers' },
    packages: [],
    install: OURS,
  },
  {
    name: 'onnxruntime-node',
    module: 'onnxruntimeNode.mjs',
    threads: CORES,
    tasks: towers,
    packages: ['onnxruntime-node'],
    install: PEERS_INSTALL,
  },
  ...[1, 2].map((threads) => ({
    name: `onnxruntime-web, ${threads} thread${threads === 1 ? '' : 's'}`,
    module: 'onnxruntimeWeb.mjs',
    threads,
    tasks: ['vision', 'text'],
    packages: ['onnxruntime-web'],
    install: PEERS_INSTALL,
  })),
  {
    name: 'transformers.js, onnxruntime-node',
    module: 'transformersJs.mjs',
    threads: CORES,
    tasks: ['classify', 'resize', 'start'],
    packages: ['@huggingface/transformers', 'onnxruntime-node'],
    install: PEERS_INSTALL,
  },
  {
    name: 'transformers.js, onnxruntime-web',
    module: 'transformersJs.mjs',
    options: { runtime: 'onnxruntime-web' },
    threads: 1,
    tasks: ['classify', 'start'],
    packages: ['@huggingface/transformers', 'onnxruntime-web'],
    install: PEERS_INSTALL,
  },
  {
    name: '@huggingface/tokenizers',
    module: 'huggingFaceTokenizers.mjs',
    threads: 1,
    tasks: ['tokenize'],
    packages: ['@huggingface/tokenizers'],
    install: PEERS_INSTALL,
  },
  inPython('torch', CORES, [...towers, 'classify']),
  inPython('Pillow', 1, ['resize']),
  inPython('transformers in Python', 1, ['tokenize']),
];

/** @returns undefined if the peer can run, else why it cannot and what would change that */
export function whyAbsent({ module, packages = [], install }, python) {
  if (module === 'python.py') {
    return python
      ? undefined
      : 'no Python was given: --python PATH, one that has test/python/requirements.txt';
  }
  const missing = packages.find((name) => !installedVersion(name));
  return missing && `${missing} is not installed: ${install}`;
}

function against(engine, pipeline) {
  return { vision: engine, text: engine, classify: pipeline, start: pipeline };
}

function inPython(name, threads, tasks) {
  return { name, module: 'python.py', threads, tasks };
}

function nodeMajor() {
  return Number.parseInt(process.versions.node, 10);
}
