// SPDX-License-Identifier: Apache-2.0
/** Where the values of a new variable are written, so that the backend holds them without a second copy. */
import * as tf from '@tensorflow/tfjs';
import type { Destination } from '@tfjs-clip/weights-converter';
import type { WeightSlot } from '../layers/compositeLayer.js';

export interface WeightTarget {
  readonly values: Destination;
  /** The values are there: the variable is theirs from now on. */
  complete(): void;
}

/** tfjs's wasm backend: its tensors lie in its heap, which moves when it grows. */
interface HeapBackend {
  makeOutput(shape: number[], dtype: 'float32'): tf.TensorInfo;
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array;
}

export function weightTarget(slot: WeightSlot): WeightTarget {
  const backend: object = tf.backend();
  return isHeapBackend(backend) ? onHeap(backend, slot) : inArray(slot);
}

/** The other backends keep the array that they are given, or copy from it when the tensor is first used. */
function inArray(slot: WeightSlot): WeightTarget {
  const values = new Float32Array(tf.util.sizeFromShape(slot.shape));
  return {
    values,
    complete: () => tf.tidy(() => slot.create(tf.tensor(values, slot.shape, 'float32'))),
  };
}

/** The variable is made first, and its own memory filled. */
function onHeap(backend: HeapBackend, slot: WeightSlot): WeightTarget {
  const info = backend.makeOutput(slot.shape, 'float32');
  tf.tidy(() => slot.create(tf.engine().makeTensorFromTensorInfo(info)));
  return { values: () => backend.typedArrayFromHeap(info), complete: () => {} };
}

function isHeapBackend(backend: object): backend is HeapBackend {
  return 'makeOutput' in backend && 'typedArrayFromHeap' in backend;
}
