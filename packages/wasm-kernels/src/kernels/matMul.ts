// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { Host } from '../host.js';
import { sizeOf } from '../sizeOf.js';

interface Matrices {
  a: tf.TensorInfo;
  b: tf.TensorInfo;
}

/** One side of a product: matrices [rows, columns], or stored as [columns, rows] and to be transposed. */
interface Side {
  info: tf.TensorInfo;
  rows: number;
  columns: number;
  isTransposed: boolean;
  /** Of its tensor, all dimensions but the last two. */
  batch: number[];
}

/** Multiplications in a pair of matrices below which packing panels and calling out take longer than they do. */
const WORTH_PANELS = 2048;

/** Rows below which tfjs is faster where it keeps the right side packed: one matrix, as it is, by one. */
const WORTH_PACKING = 32;

/**
 * In the place of tfjs's own kernel, which takes 8 to 20 times as long, unless both sides are one matrix as it is. Most
 * gradients are not so: of x · w they are g · wᵀ and xᵀ · g, and in attention each head has matrices of its own.
 *
 * @param stock tfjs's kernel, for what is too small to gain, for other types and for its words about shapes that do not fit
 */
export function matMul(stock: tf.KernelConfig): tf.KernelConfig {
  const kernelFunc: tf.KernelFunc = (call) => {
    const { a, b } = call.inputs as unknown as Matrices;
    const { transposeA, transposeB } = call.attrs as unknown as tf.BatchMatMulAttrs;
    const [left, right] = [sideOf(a, transposeA), sideOf(b, transposeB)];
    return isWorthPanels(left, right)
      ? multiply(Host.of(call.backend as BackendWasm), left, right)
      : stock.kernelFunc(call);
  };
  return { ...stock, kernelFunc };
}

function sideOf(info: tf.TensorInfo, isTransposed: boolean): Side {
  const [rows, columns] = isTransposed ? info.shape.slice(-2).reverse() : info.shape.slice(-2);
  return { info, rows, columns, isTransposed, batch: info.shape.slice(0, -2) };
}

function isWorthPanels(left: Side, right: Side): boolean {
  const fit = left.columns === right.rows && left.info.dtype === 'float32' && right.info.dtype === 'float32';
  const operations = left.rows * left.columns * right.columns;
  const isPlain = !left.isTransposed && !right.isTransposed && sizeOf(right.batch) === 1;
  return fit && operations >= WORTH_PANELS && !(isPlain && left.rows < WORTH_PACKING);
}

function multiply(host: Host, left: Side, right: Side): tf.TensorInfo {
  const [rows, depth, columns] = [left.rows, left.columns, right.columns];
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(left.batch, right.batch);
  const [leftIndices, rightIndices] = [left, right].map((side) => indicesIn(side.batch, batch));
  const panelBytes = host.functions.panelBytes(depth, columns);
  const allPanelBytes = panelBytes * sizeOf(right.batch);
  const leftBytes = left.isTransposed ? 4 * sizeOf(left.info.shape) : 0;
  return host.withScratch(allPanelBytes + leftBytes, (scratch) => {
    packAll(host, right, scratch);
    const matrices = left.isTransposed
      ? transposeAll(host, left, scratch + allPanelBytes)
      : host.pointerTo(left.info);
    const { info, pointer } = host.output([...batch, rows, columns]);
    const products = leftIndices.map((leftIndex, index) => ({
      ...{ rows, depth, columns },
      left: matrices + 4 * rows * depth * leftIndex,
      panels: scratch + panelBytes * rightIndices[index],
      out: pointer + 4 * rows * columns * index,
    }));
    host.multiply(...products);
    return info;
  });
}

function packAll(host: Host, { info, rows, columns, isTransposed, batch }: Side, panels: number): void {
  const { packPanels, packTransposed, panelBytes } = host.functions;
  const [first, bytes] = [host.pointerTo(info), panelBytes(rows, columns)];
  for (let index = 0; index < sizeOf(batch); index++) {
    const [matrix, place] = [first + 4 * rows * columns * index, panels + bytes * index];
    if (isTransposed) packTransposed(columns, rows, matrix, rows, 1, place);
    else packPanels(rows, columns, matrix, columns, place);
  }
}

/** @returns where the transposed matrices begin */
function transposeAll(host: Host, { info, rows, columns, batch }: Side, out: number): number {
  const first = host.pointerTo(info);
  for (let index = 0; index < sizeOf(batch); index++) {
    const offset = 4 * rows * columns * index;
    host.functions.transpose(columns, rows, first + offset, out + offset);
  }
  return out;
}

/** For each matrix of the result, in order, which of a side's it is made of: a dimension of 1 is the same all along. */
function indicesIn(batch: number[], result: number[]): number[] {
  const sizes: number[] = [...Array(result.length - batch.length).fill(1), ...batch];
  let indices = [0];
  for (const [dimension, count] of result.entries()) {
    const size = sizes[dimension];
    const places = Array.from({ length: count }, (_, place) => (size === 1 ? 0 : place));
    indices = indices.flatMap((index) => places.map((place) => index * size + place));
  }
  return indices;
}
