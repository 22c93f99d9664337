// SPDX-License-Identifier: Apache-2.0
import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { DownloadError } from '../../../errors.js';
import type { PartialBlob } from '../store.js';
import { hasCode, writing } from './diskErrors.js';

const CHUNK = 2 ** 20;
const { O_CREAT, O_RDWR } = constants;
/** Windows has no such flag, and no links that anyone may make. */
const O_NOFOLLOW = constants.O_NOFOLLOW ?? 0;

/** Every byte is written to its own place in a file that never shrinks, so two writers of one blob do no harm. */
export class PartialFile implements PartialBlob {
  private constructor(
    private readonly file: string,
    private readonly blob: string,
    private readonly cacheDir: string,
    private handle: FileHandle,
    public size: number,
  ) {}

  static async open(file: string, blob: string, cacheDir: string): Promise<PartialFile> {
    const { handle, size } = await writing(cacheDir, () => openFile(file));
    return new PartialFile(file, blob, cacheDir, handle, size);
  }

  async *content(): AsyncIterable<Uint8Array> {
    const buffer = new Uint8Array(CHUNK);
    for (let offset = 0; offset < this.size; ) {
      const { bytesRead } = await this.handle.read(buffer, 0, Math.min(CHUNK, this.size - offset), offset);
      if (bytesRead === 0)
        throw new DownloadError(`${this.file} became shorter while it was read; try again.`);
      offset += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async append(bytes: Uint8Array): Promise<void> {
    await writing(this.cacheDir, async () => {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.handle.write(bytes, done, bytes.length - done, this.size + done);
        done += bytesWritten;
      }
    });
    this.size += bytes.length;
  }

  async clear(): Promise<void> {
    if (this.size === 0) return;
    await this.handle.close();
    await rm(this.file, { force: true });
    ({ handle: this.handle, size: this.size } = await writing(this.cacheDir, () => openFile(this.file)));
  }

  async checkRoom(bytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(path.dirname(this.file));
    if (bytes <= bavail * bsize) return;
    throw new DownloadError(
      `The disk of the cache folder ${this.cacheDir} has ${bavail * bsize} bytes left, and ${bytes} are to come: make ` +
        'room, or set HF_HUB_CACHE, or the option cacheDir, to a folder that can hold more.',
    );
  }

  async complete(): Promise<void> {
    await writing(this.cacheDir, async () => {
      await this.handle.datasync();
      const mine = await this.handle.stat();
      await this.handle.close();
      try {
        const there = await stat(this.file);
        if (there.ino !== mine.ino)
          throw new DownloadError(`${this.file} was replaced while it was written; try again.`);
        await rename(this.file, this.blob);
      } catch (error) {
        // Another process that wrote the same bytes was first.
        if (!hasCode(error, 'ENOENT')) throw error;
        await stat(this.blob);
      }
    });
  }

  async close(): Promise<void> {
    await this.handle.close().catch(() => {}); // complete() has closed it.
    if (this.size === 0) await rm(this.file, { force: true }).catch(() => {});
  }
}

async function openFile(file: string): Promise<{ handle: FileHandle; size: number }> {
  const handle = await openNoLink(file);
  const status = await handle.stat();
  if (status.isFile()) return { handle, size: status.size };
  await handle.close();
  throw new DownloadError(`${file} is no file; remove it and try again.`);
}

async function openNoLink(file: string): Promise<FileHandle> {
  try {
    return await open(file, O_RDWR | O_CREAT | O_NOFOLLOW, 0o666);
  } catch (error) {
    if (!hasCode(error, 'ELOOP')) throw error;
    throw new DownloadError(`${file} is a link, which nothing is written through; remove it and try again.`);
  }
}
