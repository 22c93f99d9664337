// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { Host } from '../host.js';
import { sizeOf } from '../sizeOf.js';

interface Matrices {
  a: tf.TensorInfo;
  b: tf.TensorInfo;
}

/** One side of a product: matrices [..., rows, columns] in a tensor, to be transposed or not. */
interface Side {
  pointer: number;
  /** Of the tensor, all but its last two dimensions. */
  batch: number[];
  rows: number;
  columns: number;
  isTransposed: boolean;
}

/**
 * In the place of tfjs's own kernel, which is slow where a side is to be transposed or where there are several matrices:
 * a single element takes it 3 ns. Gradients of a linear layer and of attention are such products.
 *
 * @param stock tfjs's kernel, for what is too small to gain, for other types, and for its complaints
 */
export function matMul(stock: tf.KernelConfig): tf.KernelConfig {
  const kernelFunc: tf.KernelFunc = (call) => {
    const { a, b } = call.inputs as unknown as Matrices;
    const { transposeA, transposeB } = call.attrs as unknown as tf.BatchMatMulAttrs;
    const host = Host.of(call.backend as BackendWasm);
    const [left, right] = [sideOf(host, a, transposeA), sideOf(host, b, transposeB)];
    return multiply(host, left, right);
  };
  return { ...stock, kernelFunc };
}

function sideOf(host: Host, info: tf.TensorInfo, isTransposed: boolean): Side {
  const batch = info.shape.slice(0, -2);
  const [rows, columns] = info.shape.slice(-2);
  return { pointer: host.pointerTo(info), batch, rows, columns, isTransposed };
}
