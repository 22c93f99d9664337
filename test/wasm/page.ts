// SPDX-License-Identifier: Apache-2.0
/** What chromium.test.ts calls in its page. */
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { useThreads } from '@tfjs-clip/wasm-kernels';
import { TFCLIPModel } from 'tfjs-clip';
import { splitFrom } from '../../packages/wasm-kernels/src/threads/worth.js';

interface Plain {
  shape: number[];
  values: number[];
}

export interface Given {
  /** Where the page finds the model, and tfjs its .wasm files. */
  model: string;
  backend: string;
  /** Whose threads see the memory: tfjs's own, ours, or nobody's. */
  threads: 'tfjs' | 'ours' | null;
  inputIds: Plain;
  attentionMask: Plain;
  pixelValues: Plain;
}

async function run({ model: address, backend, threads, inputIds, attentionMask, pixelValues }: Given) {
  setWasmPaths(backend);
  if (threads !== 'tfjs') tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  if (threads === 'ours') {
    splitFrom(0);
    await useThreads({ count: 3, wasmFile: `${backend}tfjs-backend-wasm-simd.wasm` });
  }
  if (!(await tf.setBackend('wasm'))) throw new Error('There is no wasm backend here.');
  const model = await TFCLIPModel.fromPretrained(address);
  const inputs = {
    inputIds: tf.tensor2d(inputIds.values, inputIds.shape as [number, number], 'int32'),
    attentionMask: tf.tensor2d(attentionMask.values, attentionMask.shape as [number, number], 'int32'),
    pixelValues: tf.tensor4d(pixelValues.values, pixelValues.shape as [number, number, number, number]),
  };
  const before = tf.memory().numTensors;
  const output = model.call(inputs, { returnLoss: true });
  const logits = [...(await output.logitsPerImage.data())];
  const loss = (await output.loss!.data())[0];
  output.dispose();
  const leaked = tf.memory().numTensors - before;
  const { kernelNames } = await tf.profile(() => model.getImageFeatures(inputs));
  model.dispose();
  tf.dispose(Object.values(inputs));
  const { wasm } = tf.backend() as object as { wasm: { HEAPU8: Uint8Array } };
  const isShared = wasm.HEAPU8.buffer instanceof SharedArrayBuffer;
  return { logits, loss, leaked, kernelNames, isShared };
}

Object.assign(globalThis, { run });

export type Run = typeof run;
