// SPDX-License-Identifier: Apache-2.0
/** The backends of a browser, fastest first: those that the page has imported. We import none, so that bundles stay small. */
import * as tf from '@tensorflow/tfjs';
import { checkAdapter, currentGPU } from './adapter.js';
import type { Backend, BackendName } from './backend.js';

const webgpu: Backend = {
  ...registered(
    'webgpu',
    'import @tfjs-clip/webgpu-kernels, in a browser with WebGPU and a page served by https',
  ),
  isThere: () => isRegistered('webgpu') && currentGPU() !== undefined,
  prepare: ({ isAskedFor }) => checkAdapter(currentGPU()!, isAskedFor),
};

const webgl: Backend = {
  ...registered('webgl', 'open the page in a browser with WebGL and a graphics card'),
  isThere: () => isRegistered('webgl') && tf.env().getBool('HAS_WEBGL'),
};

const wasm: Backend = {
  ...registered('wasm', 'import @tensorflow/tfjs-backend-wasm'),
  mend: 'Its setWasmPaths must say where its .wasm files are.',
};

export const backends: readonly Backend[] = [
  webgpu,
  webgl,
  wasm,
  registered('cpu', 'import @tensorflow/tfjs'),
];

function registered(name: BackendName, howToGet: string): Backend {
  return { name, tfName: name, howToGet, isThere: () => isRegistered(name), prepare: async () => {} };
}

function isRegistered(name: string): boolean {
  return Boolean(tf.findBackendFactory(name));
}
