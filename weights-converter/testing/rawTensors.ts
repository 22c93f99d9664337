// SPDX-License-Identifier: Apache-2.0
import type { WritableTensor } from '@tfjs-clip/safetensors';
import { elementCount, storedTensor } from '../src/bytes.js';
import type { RawTensor } from '../src/checkpoint.js';

/** What was to be written, as a format gives it when it is read. */
export async function typedTensor({ name, dtype, shape, data }: WritableTensor): Promise<RawTensor> {
  const view = typeof data === 'function' ? await data() : data;
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return storedTensor({
    name,
    dtype,
    shape: [...shape],
    readInto: async (offset, target) => target.set(bytes.subarray(offset, offset + target.length)),
  });
}

/** All of a tensor's values, or those from the `begin`-th to before the `end`-th. */
export async function valuesOf(
  tensor: RawTensor,
  begin = 0,
  end = elementCount(tensor.shape)!,
): Promise<Float32Array> {
  const values = new Float32Array(end - begin);
  await tensor.read(values, begin);
  return values;
}
