// SPDX-License-Identifier: Apache-2.0
/** From whatever a user has (path, address, Blob, bytes) to a ByteSource. */
import { openFile } from '#file';
import { SafetensorsError } from './errors.js';
import { type ByteSource, blobSource, memorySource } from './source.js';
import { type HttpOptions, openHttp } from './sourceHttp.js';

export interface OpenOptions extends HttpOptions {
  /** What error messages call it. Default: the path, the address without its query, or the Blob's file name. */
  name?: string;
}

/**
 * @param input a file path (Node), an http(s) address (read by range requests; downloaded whole where the server ignores
 *   them), a file: URL, a Blob, or the bytes themselves (not copied: leave them unchanged while the source is open).
 * @throws SafetensorsError FILE_NOT_FOUND, READ_FAILED, HTTP_STATUS, HTTP_RANGE, NETWORK or INVALID_SOURCE.
 */
export async function openSource(
  input: string | URL | Blob | ArrayBuffer | Uint8Array,
  options: OpenOptions = {},
): Promise<ByteSource> {
  if (input instanceof Uint8Array || input instanceof ArrayBuffer) {
    return memorySource(input, options.name ?? 'the given bytes');
  }
  if (typeof input === 'string' || input instanceof URL) {
    return /^(https?|blob|data):/i.test(String(input))
      ? openHttp(String(input), options, options.name)
      : openFile(input, options.name);
  }
  if (input instanceof Blob) return blobSource(input, options.name ?? fileNameOf(input) ?? 'the given Blob');
  throw new SafetensorsError(
    'INVALID_SOURCE',
    `Cannot read from ${input === null ? 'null' : typeof input}: pass a path, an http(s) address, a Blob, an ArrayBuffer or a Uint8Array.`,
  );
}

function fileNameOf(blob: Blob): string | undefined {
  return 'name' in blob && typeof blob.name === 'string' ? blob.name : undefined;
}
