// SPDX-License-Identifier: Apache-2.0
import type * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

/**
 * In the place of tfjs's own kernel, which copies. tfjs clones whatever gradients will need, so that training held every
 * weight and activation twice; as on tfjs's other backends, a clone now shares its values.
 *
 * @param stock tfjs's kernel, for strings, which are not in its memory
 */
export function identity(stock: tf.KernelConfig): tf.KernelConfig {
  const kernelFunc: tf.KernelFunc = (call) => {
    const { dataId, shape, dtype } = call.inputs.x as tf.TensorInfo;
    if (dtype === 'string') return stock.kernelFunc(call);
    (call.backend as BackendWasm).incRef(dataId);
    return { dataId, shape, dtype };
  };
  return { ...stock, kernelFunc };
}
