// SPDX-License-Identifier: Apache-2.0
/** Weights that the device holds in fewer bytes. */
import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { currentBackend } from '../currentBackend.js';
import { packHalf } from './packHalf.js';
import { packInt8 } from './packInt8.js';

export type PackedFormat = 'float16' | 'int8';
export type WeightFormat = 'float32' | PackedFormat;

interface Packed {
  format: PackedFormat;
  data: tf.Tensor1D;
}

/** By the data that they stand for: writing to a variable gives it other data. */
const packedWeights = new WeakMap<object, Packed>();

/** The kernels as the device should read them: packed if all of them are, in one way. */
export function asStored(kernels: tf.TensorInfo[]): { format: WeightFormat; kernels: tf.TensorInfo[] } {
  const packed = kernels.map(({ dataId }) => packedWeights.get(dataId));
  const format = packed[0]?.format;
  if (!format || packed.some((weight) => weight?.format !== format)) return { format: 'float32', kernels };
  return { format, kernels: packed.map((weight) => weight!.data) };
}

/** The blocks' linear layers and what stands before and after them: all that kernels read packed. */
const READ_PACKED =
  /(\.layers\.\d+\..+|token_embedding|patch_embedding|text_projection|visual_projection)\.weight$/;

export interface PackedWeights {
  /** That the device holds for these weights now, and that it would without packing. */
  readonly bytes: number;
  readonly bytesUnpacked: number;
  /** Back to float32; to be called before or after the model's own `dispose`. */
  dispose(): void;
}

/**
 * Has the device hold the matrices of a model as halves or as bytes with a scale a column, and no longer as float32; sums
 * stay in float32. For inference: gradients are those of the float32 weights, which stay in the program's memory and are
 * what the model saves. A weight that is written to is float32 again.
 *
 * @throws BackendError on another backend than webgpu
 */
export async function packWeights(
  model: { namedWeights(): ReadonlyMap<string, tf.Variable> },
  format: PackedFormat,
): Promise<PackedWeights> {
  const backend = currentBackend('Weights are packed for');
  const weights = [...model.namedWeights()].filter(([name, { rank }]) => rank >= 2 && READ_PACKED.test(name));
  const ours = new Map<object, Packed>();
  const dispose = () => {
    for (const [dataId, packed] of ours) {
      if (packedWeights.get(dataId) === packed) packedWeights.delete(dataId);
      packed.data.dispose();
    }
    ours.clear();
  };
  let [bytes, bytesUnpacked] = [0, 0];
  try {
    for (const [, weight] of weights) {
      const values = (await weight.data()) as Float32Array;
      const packed = packedFrom(values, weight.shape.at(-1)!, format);
      packedWeights.set(weight.dataId, packed);
      ours.set(weight.dataId, packed);
      bytes += 4 * packed.data.size;
      bytesUnpacked += values.byteLength;
      releaseBuffer(backend, weight);
    }
  } catch (error) {
    dispose();
    throw error;
  }
  return { bytes, bytesUnpacked, dispose };
}

function packedFrom(values: Float32Array, columns: number, format: PackedFormat): Packed {
  const pack = format === 'int8' ? packInt8 : packHalf;
  return { format, data: tf.keep(tf.tensor1d(pack(values, values.length / columns, columns), 'int32')) };
}

/** The values stay where `data()` has read them to, and are uploaded again if an op asks for them. */
function releaseBuffer(backend: WebGPUBackend, { dataId }: tf.Tensor): void {
  const stored = backend.tensorMap.get(dataId);
  if (!stored.resource || stored.external) return;
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.submitQueue(); // What was recorded may still read the buffer.
  backend.bufferManager.releaseBuffer(stored.resource as GPUBuffer, false);
  stored.resource = undefined;
}
