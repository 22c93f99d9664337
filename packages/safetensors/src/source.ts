// SPDX-License-Identifier: Apache-2.0
/** ByteSource: random access to bytes wherever they are. Here those in memory and in a Blob. */
import { SafetensorsError } from './errors.js';

export interface ByteSource {
  /** What error messages call it: a path, an address, a file name. */
  readonly name: string;
  /** Bytes in all. */
  readonly size: number;
  /**
   * Exactly `length` bytes from `offset`; they are the caller's to keep. Rejects beyond the end and after `close`.
   *
   * @param into an array of that length, in which the source may put and give them instead of in a new one (see readInto)
   */
  read(offset: number, length: number, into?: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}

export function memorySource(input: ArrayBuffer | Uint8Array, name: string): ByteSource {
  let bytes: Uint8Array | null = input instanceof Uint8Array ? input : new Uint8Array(input);
  const size = bytes.length;
  return {
    name,
    size,
    async read(offset, length, into) {
      if (!bytes) throw closedError(name);
      checkRange(name, size, offset, length);
      if (!into) return bytes.slice(offset, offset + length);
      into.set(bytes.subarray(offset, offset + length));
      return into;
    },
    async close() {
      bytes = null;
    },
  };
}

export function blobSource(blob: Blob, name: string): ByteSource {
  let open = true;
  return {
    name,
    size: blob.size,
    async read(offset, length) {
      if (!open) throw closedError(name);
      checkRange(name, blob.size, offset, length);
      try {
        return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
      } catch (cause) {
        throw new SafetensorsError('READ_FAILED', `${name} cannot be read: ${messageOf(cause)}`, { cause });
      }
    },
    async close() {
      open = false;
    },
  };
}

/** Fills `target` with the bytes from `offset`, without an array between where the source can. */
export async function readInto(source: ByteSource, offset: number, target: Uint8Array): Promise<void> {
  const bytes = await source.read(offset, target.length, target);
  if (bytes.length !== target.length) {
    throw new SafetensorsError(
      'READ_FAILED',
      `${source.name} gave ${bytes.length} bytes where ${target.length} were asked for.`,
    );
  }
  if (bytes !== target) target.set(bytes);
}

/** Refuses a read outside the source, before anything is allocated for it. */
export function checkRange(name: string, size: number, offset: number, length: number): void {
  const valid = Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0;
  if (valid && offset + length <= size) return;
  throw new SafetensorsError(
    'READ_FAILED',
    `${name} has ${size} bytes; ${length} bytes from ${offset} on are not all in it.`,
  );
}

export function closedError(name: string): SafetensorsError {
  return new SafetensorsError('CLOSED', `${name} has been closed; open it again to read from it.`);
}

export function messageOf(error: unknown): string {
  // Not instanceof: errors of another realm (a frame, a test runner) have a message as well.
  return typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : String(error);
}
