// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { TensorFlow } from './tensorFlow.js';

/** The name under which tfjs-node and tfjs-node-gpu register their backend. */
export const BACKEND = 'tensorflow';

/** @param compute all that it makes is freed, but for what it returns */
export function nodeKernel<Inputs, Attributes = object>(
  kernelName: string,
  compute: (tensorFlow: TensorFlow, inputs: Inputs, attributes: Attributes) => tf.Tensor | tf.Tensor[],
): tf.KernelConfig {
  return {
    kernelName,
    backendName: BACKEND,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const tensorFlow = new TensorFlow(backend as ConstructorParameters<typeof TensorFlow>[0]);
      return tf.tidy(() => compute(tensorFlow, inputs as Inputs, attrs as Attributes));
    },
  };
}
