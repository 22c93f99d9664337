// SPDX-License-Identifier: Apache-2.0
/** Where there is no file system: says so, and what to pass instead. */
import { SafetensorsError } from './errors.js';
import type { ByteSource } from './source.js';

export async function openFile(file: string | URL, _name?: string): Promise<ByteSource> {
  throw new SafetensorsError(
    'INVALID_SOURCE',
    `'${file}' is not an http(s) address, and there are no files here: pass a whole address, a Blob or an ArrayBuffer.`,
  );
}

export async function replaceFile(file: string, _chunks: AsyncIterable<Uint8Array>): Promise<void> {
  throw new SafetensorsError(
    'WRITE_FAILED',
    `${file} cannot be written: there are no files here. Use toSafetensorsBytes or writeSafetensors.`,
  );
}
