// SPDX-License-Identifier: Apache-2.0
/** onnxruntime's WebAssembly build, as pages run it, in Node. */
import { readFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-web';
import { onnxPeer } from './onnxruntime.mjs';

export default function createPeer({ threads }) {
  ort.env.wasm.numThreads = threads;
  const open = async (file) =>
    ort.InferenceSession.create(await readFile(file), { executionProviders: ['wasm'] });
  return onnxPeer(ort, open);
}
