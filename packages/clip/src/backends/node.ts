// SPDX-License-Identifier: Apache-2.0
/** The backends of Node, fastest first: those whose packages are installed. */
import util from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { CLIPKernel } from '../ops/contracts.js';
import { checkAdapter, currentGPU, type GPU } from './adapter.js';
import type { Backend, Start } from './backend.js';
import { importInstalled, isInstalled } from './installed.js';
import { reasonOf } from './reason.js';

const NODE_GPU = '@tensorflow/tfjs-node-gpu';
const NODE = '@tensorflow/tfjs-node';
const WEBGPU = '@tensorflow/tfjs-backend-webgpu';
const WASM = '@tensorflow/tfjs-backend-wasm';
const WASM_KERNELS = '@tfjs-clip/wasm-kernels';

interface ThreadedKernels {
  useThreads(options: { onWarning: Start['warn'] }): Promise<number>;
}

const tfjsNodeGPU: Backend = {
  ...tensorflow('tfjs-node-gpu', NODE_GPU),
  async prepare({ warn }) {
    await importTensorFlow(NODE_GPU, warn);
    const { isUsingGpuDevice } = tf.findBackend('tensorflow') as { isUsingGpuDevice?: boolean };
    if (isUsingGpuDevice) return;
    warn(
      'Backend tfjs-node-gpu found no graphics card and computes on the processor. It needs one of NVIDIA, with CUDA 11.2 ' +
        'and cuDNN 8.1; TF_CPP_MIN_LOG_LEVEL=0 in the environment shows what it looks for.',
    );
  },
};

const webgpu: Backend = {
  name: 'webgpu',
  tfName: 'webgpu',
  isThere: () => Boolean(currentGPU() ?? isInstalled('webgpu')) && has('webgpu', WEBGPU),
  howToGet: howToInstall('webgpu', `${WEBGPU}@${tf.version_core}`, '@tfjs-clip/webgpu-kernels'),
  async prepare({ isAskedFor, warn }) {
    const gpu = currentGPU() ?? (await openDawn());
    await checkAdapter(gpu, isAskedFor);
    if (!currentGPU()) offer(gpu);
    if (!isRegistered('webgpu')) await importInstalled(WEBGPU);
    if (!isRegistered('webgpu')) {
      throw new Error(
        `${WEBGPU} was imported before there was a navigator.gpu. Import it, and @tfjs-clip/webgpu-kernels, after useBackend().`,
      );
    }
    await importKernels('@tfjs-clip/webgpu-kernels', 'webgpu', warn);
  },
};

const wasm: Backend = {
  name: 'wasm',
  tfName: 'wasm',
  isThere: () => has('wasm', WASM),
  howToGet: howToInstall(`${WASM}@${tf.version_core}`),
  async prepare({ warn }) {
    if (!isRegistered('wasm')) await importInstalled(WASM);
    await importKernels(WASM_KERNELS, 'wasm', warn);
    await useThreads(warn);
  },
  mend: `Try: npm install ${WASM}@${tf.version_core}.`,
};

const cpu: Backend = {
  name: 'cpu',
  tfName: 'cpu',
  isThere: () => isRegistered('cpu'),
  howToGet: howToInstall('@tensorflow/tfjs'),
  prepare: async () => {},
};

export const backends: readonly Backend[] = [tfjsNodeGPU, tensorflow('tfjs-node', NODE), webgpu, wasm, cpu];

function tensorflow(name: 'tfjs-node-gpu' | 'tfjs-node', packageName: string): Backend {
  return {
    name,
    tfName: 'tensorflow',
    isThere: () => isInstalled(packageName),
    howToGet: howToInstall(`${packageName}@${tf.version_core}`),
    prepare: ({ warn }) => importTensorFlow(packageName, warn),
    mend: `Try: npm rebuild ${packageName} --build-addon-from-source.`,
  };
}

async function importTensorFlow(packageName: string, warn: Start['warn']): Promise<void> {
  const old: { isNullOrUndefined?: (value: unknown) => boolean } = util;
  old.isNullOrUndefined ??= (value) => value === null || value === undefined; // Node 23 dropped it; tfjs-node 4.22 calls it.
  await importInstalled(packageName);
  await importKernels('@tfjs-clip/node-kernels', 'tensorflow', warn);
}

/** Kernels replace tfjs's ops once, whoever imports them; a backend works without them, too. */
async function importKernels(packageName: string, backend: string, warn: Start['warn']): Promise<void> {
  if (tf.getKernel(CLIPKernel.LayerNorm, backend) || !isInstalled(packageName)) return;
  try {
    await importInstalled(packageName);
  } catch (error) {
    warn(`${packageName} cannot be used, so ${backend} computes without it, more slowly: ${reasonOf(error)}`);
  }
}

/** One for each processor, unless the program has said how many; it must be said before the backend starts. */
async function useThreads(warn: Start['warn']): Promise<void> {
  if (tf.engine().registry.wasm || !tf.getKernel(CLIPKernel.LayerNorm, 'wasm')) return;
  try {
    const kernels = await importInstalled<ThreadedKernels>(WASM_KERNELS);
    await kernels.useThreads({ onWarning: warn });
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
    if (isAbsent) return; // tfjs's own module: its start will say so.
    warn(`wasm computes with one thread: ${reasonOf(error)}`);
  }
}

/** Dawn, which is Chromium's WebGPU. */
async function openDawn(): Promise<GPU> {
  const { create, globals } = await importInstalled<{ create(flags: string[]): GPU; globals: object }>(
    'webgpu',
  );
  Object.assign(globalThis, globals);
  return create([]);
}

/** Puts it where browsers have it, and tfjs looks for it. Node 20 has no navigator. */
function offer(gpu: GPU): void {
  const navigator = globalThis.navigator ?? {};
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true });
  Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true });
}

function has(tfName: string, packageName: string): boolean {
  return isRegistered(tfName) || isInstalled(packageName);
}

function isRegistered(tfName: string): boolean {
  return Boolean(tf.findBackendFactory(tfName));
}

function howToInstall(...packages: string[]): string {
  return `install it (npm install ${packages.join(' ')})`;
}
