// SPDX-License-Identifier: Apache-2.0
/** model.safetensors, also with quantized tensors (see quantizedFiles.ts). */
import { readInto, SafetensorsReader } from '@tfjs-clip/safetensors';
import type { Stored } from '../bytes.js';
import type { CheckpointFormat } from '../checkpoint.js';
import { unpackQuantized } from '../quantizedFiles.js';

export const safetensorsFormat: CheckpointFormat = {
  name: 'safetensors',
  files: ['model.safetensors', 'model.safetensors.index.json', 'open_clip_model.safetensors'],
  index: /\.safetensors\.index\.json$/,
  // The header's length, then its brace; a file so named is of the format whatever it holds: the reader says what is wrong.
  recognizes: (start, file) => file.endsWith('.safetensors') || (start[7] === 0 && start[8] === 0x7b),
  async open(source) {
    const reader = await SafetensorsReader.open(source);
    const stored = reader.names().map((name): Stored => {
      const { dtype, shape, byteOffset } = reader.info(name);
      return {
        ...{ name, dtype, shape },
        readInto: (offset, target) => readInto(source, byteOffset + offset, target),
      };
    });
    return {
      metadata: reader.metadata,
      tensors: unpackQuantized(stored, reader.metadata, source.name),
      close: () => reader.close(),
    };
  },
};
