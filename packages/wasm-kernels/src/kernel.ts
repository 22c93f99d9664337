// SPDX-License-Identifier: Apache-2.0
import type * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { Host } from './host.js';

/** Inputs as a kernel gets them: no tensors, only what says where they are. */
export type Infos<Inputs> = { [Name in keyof Inputs]: tf.TensorInfo };

export function wasmKernel<Inputs, Attributes = object>(
  kernelName: string,
  compute: (host: Host, inputs: Infos<Inputs>, attributes: Attributes) => tf.TensorInfo,
): tf.KernelConfig {
  return {
    kernelName,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const wasm = backend as BackendWasm;
      const run = (infos: tf.NamedTensorInfoMap) =>
        compute(Host.of(wasm), infos as Infos<Inputs>, attrs as Attributes);
      return haveOwnData(inputs) ? run(inputs) : withCopies(wasm, inputs, run);
    },
    disposeFunc: (backend) => Host.dispose(backend as BackendWasm),
  };
}

function haveOwnData(inputs: tf.NamedTensorInfoMap): boolean {
  const infos = Object.values(inputs) as tf.TensorInfo[];
  return new Set(infos.map(({ dataId }) => dataId)).size === infos.length;
}

/** A tensor times itself would be needed as a weight, in panels, and in rows at once. */
function withCopies(
  backend: BackendWasm,
  inputs: tf.NamedTensorInfoMap,
  run: (copies: tf.NamedTensorInfoMap) => tf.TensorInfo,
): tf.TensorInfo {
  const infos = Object.entries(inputs) as [string, tf.TensorInfo][];
  const copies = infos.map(([name, { dataId, shape, dtype }]): [string, tf.TensorInfo] => {
    const values = backend.readSync(dataId);
    return [name, backend.makeOutput(shape, dtype, undefined, values)];
  });
  try {
    return run(Object.fromEntries(copies));
  } finally {
    for (const [, { dataId }] of copies) backend.disposeData(dataId);
  }
}
