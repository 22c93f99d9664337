// SPDX-License-Identifier: Apache-2.0
/** Files through Node's file system: read at any place, replaced as a whole. */
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { SafetensorsError } from './errors.js';
import { type ByteSource, checkRange, closedError, messageOf } from './source.js';

/** Node reads at most 2^31 - 1 bytes at once. */
const LARGEST_READ = 2 ** 30;

/** `file`: a path or a file: URL. */
export async function openFile(file: string | URL, givenName?: string): Promise<ByteSource> {
  const name = givenName ?? String(file);
  let handle: FileHandle;
  let size: number;
  try {
    handle = await open(toPath(file), 'r');
  } catch (cause) {
    throw fileError(name, cause);
  }
  try {
    const status = await handle.stat();
    if (!status.isFile()) throw new Error('it is not a file');
    size = status.size;
  } catch (cause) {
    await handle.close();
    throw fileError(name, cause);
  }
  return fileSource(handle, name, size);
}

/** Writes beside `file` first and then renames: `file` is the old one or the whole new one, never a part. */
export async function replaceFile(file: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}.tmp`);
  const handle = await writing(file, open(temporary, 'wx'));
  try {
    try {
      for await (const chunk of chunks) await writing(file, handle.writeFile(chunk));
      await writing(file, handle.sync());
    } finally {
      await handle.close();
    }
    await writing(file, rename(temporary, file));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function fileSource(handle: FileHandle, name: string, size: number): ByteSource {
  let isOpen = true;
  return {
    name,
    size,
    async read(offset, length, into) {
      if (!isOpen) throw closedError(name);
      checkRange(name, size, offset, length);
      try {
        return await readFully(handle, offset, into ?? new Uint8Array(length));
      } catch (cause) {
        throw new SafetensorsError('READ_FAILED', `${name} cannot be read: ${messageOf(cause)}`, { cause });
      }
    },
    async close() {
      if (isOpen) await handle.close();
      isOpen = false;
    },
  };
}

async function readFully(handle: FileHandle, offset: number, bytes: Uint8Array): Promise<Uint8Array> {
  for (let done = 0; done < bytes.length; ) {
    const wanted = Math.min(bytes.length - done, LARGEST_READ);
    const { bytesRead } = await handle.read(bytes, done, wanted, offset + done);
    if (bytesRead === 0) throw new Error('it became shorter while it was open');
    done += bytesRead;
  }
  return bytes;
}

async function writing<T>(file: string, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (cause) {
    throw new SafetensorsError('WRITE_FAILED', `${file} cannot be written: ${messageOf(cause)}`, { cause });
  }
}

function fileError(name: string, cause: unknown): SafetensorsError {
  const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
  return missing
    ? new SafetensorsError('FILE_NOT_FOUND', `${name} does not exist.`, { cause })
    : new SafetensorsError('READ_FAILED', `${name} cannot be read: ${messageOf(cause)}`, { cause });
}

function toPath(file: string | URL): string {
  return file instanceof URL || file.startsWith('file:') ? fileURLToPath(file) : file;
}
