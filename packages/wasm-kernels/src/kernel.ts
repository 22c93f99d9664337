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
    kernelFunc: ({ inputs, attrs, backend }) =>
      compute(Host.of(backend as BackendWasm), inputs as Infos<Inputs>, attrs as Attributes),
  };
}
