// SPDX-License-Identifier: Apache-2.0
import type { WritableTensor } from '@tfjs-clip/safetensors';
import { storedTensor } from '../src/bytes.js';
import type { RawTensor } from '../src/checkpoint.js';

/** What was to be written, as a format gives it when it is read. */
export async function typedTensor({ name, dtype, shape, data }: WritableTensor): Promise<RawTensor> {
  const view = typeof data === 'function' ? await data() : data;
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  return storedTensor({
    name,
    dtype,
    shape: [...shape],
    bytes: async (offset, length) => bytes.slice(offset, offset + length),
  });
}
