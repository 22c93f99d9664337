// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { nodeKernel } from '../nodeKernel.js';

interface Matrices {
  a: tf.TensorInfo;
  b: tf.TensorInfo;
}

/**
 * In the place of tfjs-node's own kernel, which gives every product to TensorFlow's BatchMatMul: for a single pair of
 * matrices its MatMul takes as little as half the time. Training gains by it too.
 *
 * @param stock tfjs-node's kernel, for stacks of matrices and other types
 */
export function matMul(stock: tf.KernelConfig): tf.KernelConfig {
  const single = nodeKernel<Matrices, tf.BatchMatMulAttrs>(
    tf.BatchMatMul,
    (tensorFlow, { a, b }, { transposeA, transposeB }) => tensorFlow.matMul(a, b, transposeA, transposeB),
  );
  const kernelFunc: tf.KernelFunc = (call) => {
    const { a, b } = call.inputs as unknown as Matrices;
    const isSingle = isMatrix(a) && isMatrix(b);
    return isSingle ? single.kernelFunc(call) : stock.kernelFunc(call);
  };
  return { ...stock, kernelFunc };
}

function isMatrix({ shape, dtype }: tf.TensorInfo): boolean {
  return shape.length === 2 && dtype === 'float32';
}
