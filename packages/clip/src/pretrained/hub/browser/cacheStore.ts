// SPDX-License-Identifier: Apache-2.0
/**
 * A repository in the browser's Cache, under made-up addresses in the layout of Hugging Face's folder. A blob lies there
 * in parts, so that a download goes on from the last whole one, and a tensor is read without the rest of the file.
 */
import type { ByteSource } from '@tfjs-clip/safetensors';
import { isCommit } from '../names.js';
import type { HubStore, PartialBlob, StoredFile } from '../store.js';
import { Shelf } from './shelf.js';

export const PART = 4 * 2 ** 20;

interface Blob {
  etag: string;
  size: number;
}

export class CacheStore implements HubStore {
  readonly place: string;
  private readonly shelf: Shelf;

  /** @param cacheDir name of the Cache */
  constructor(
    private readonly id: string,
    cacheDir = 'tfjs-clip',
  ) {
    this.place = `the browser's cache '${cacheDir}'`;
    this.shelf = new Shelf(cacheDir, `models--${id.replaceAll('/', '--')}`);
  }

  async commitOf(revision: string): Promise<string | null> {
    const commit = await this.shelf.text(`refs/${revision}`);
    return commit !== null && isCommit(commit) ? commit : null;
  }

  setCommit(revision: string, commit: string): Promise<void> {
    return this.shelf.put(`refs/${revision}`, commit);
  }

  async hasCommit(commit: string): Promise<boolean> {
    return this.shelf.hasUnder(`snapshots/${commit}/`);
  }

  async find(commit: string, file: string): Promise<StoredFile | 'absent' | null> {
    const json = await this.shelf.text(`snapshots/${commit}/${file}`);
    if (json === null) return (await this.shelf.has(`.no_exist/${commit}/${file}`)) ? 'absent' : null;
    const blob: Blob = JSON.parse(json);
    if (!(await this.hasBlob(blob.etag))) return null;
    return { size: blob.size, open: async (name) => new PartsSource(name, blob, this.shelf) };
  }

  setAbsent(commit: string, file: string): Promise<void> {
    return this.shelf.put(`.no_exist/${commit}/${file}`, '');
  }

  /** Against other tabs of this site. */
  lock(etag: string, signal?: AbortSignal): Promise<() => Promise<void>> {
    if (typeof navigator === 'undefined' || !navigator.locks) return Promise.resolve(async () => {});
    return new Promise((resolve, reject) => {
      const hold = () => new Promise<void>((release) => resolve(async () => release()));
      navigator.locks.request(`tfjs-clip/${this.id}/${etag}`, { signal }, hold).catch(reject);
    });
  }

  /** With all its parts: a browser short of room, or its user, may have removed some. */
  async hasBlob(etag: string): Promise<boolean> {
    const size = await this.shelf.text(`blobs/${etag}`);
    if (size === null) return false;
    const parts = Array.from({ length: Math.ceil(Number(size) / PART) }, (_, i) =>
      this.shelf.has(partName(etag, i)),
    );
    return (await Promise.all(parts)).every((there) => there);
  }

  async partial(etag: string): Promise<PartialBlob> {
    let parts = 0;
    while (await this.shelf.has(partName(etag, parts))) parts++;
    return new PartialParts(etag, parts, this.shelf);
  }

  async link(commit: string, file: string, etag: string): Promise<void> {
    const size = Number(await this.shelf.text(`blobs/${etag}`));
    await this.shelf.remove(`.no_exist/${commit}/${file}`);
    await this.shelf.put(`snapshots/${commit}/${file}`, JSON.stringify({ etag, size } satisfies Blob));
  }

  snapshot(commit: string): string {
    return this.shelf.address(`snapshots/${commit}`);
  }
}

class PartialParts implements PartialBlob {
  private readonly last = new Uint8Array(PART);
  private filled = 0;

  constructor(
    private readonly etag: string,
    private parts: number,
    private readonly shelf: Shelf,
  ) {}

  get size(): number {
    return this.parts * PART + this.filled;
  }

  async *content(): AsyncIterable<Uint8Array> {
    for (let i = 0; i < this.parts; i++) yield await this.shelf.bytes(partName(this.etag, i));
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let offset = 0; offset < bytes.length; ) {
      const piece = bytes.subarray(offset, offset + PART - this.filled);
      this.last.set(piece, this.filled);
      this.filled += piece.length;
      offset += piece.length;
      if (this.filled === PART) await this.putLast();
    }
  }

  async clear(): Promise<void> {
    await this.shelf.remove(`blobs/${this.etag}`);
    for (let i = 0; i < this.parts; i++) await this.shelf.remove(partName(this.etag, i));
    this.parts = 0;
    this.filled = 0;
  }

  /** A browser tells of its quota when it is used up; see Shelf. */
  async checkRoom(): Promise<void> {}

  async complete(): Promise<void> {
    const { size } = this;
    if (this.filled > 0) await this.putLast();
    await this.shelf.put(`blobs/${this.etag}`, String(size));
  }

  async close(): Promise<void> {}

  private async putLast(): Promise<void> {
    await this.shelf.put(partName(this.etag, this.parts), this.last.slice(0, this.filled));
    this.parts++;
    this.filled = 0;
  }
}

class PartsSource implements ByteSource {
  readonly size: number;
  /** Tensors lie one after the other: mostly the next read is of the same part. */
  private current: { index: number; bytes: Promise<Uint8Array> } | null = null;

  constructor(
    readonly name: string,
    private readonly blob: Blob,
    private readonly shelf: Shelf,
  ) {
    this.size = blob.size;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.size)) {
      throw new RangeError(
        `${this.name} has ${this.size} bytes; ${length} from ${offset} on are not all in it.`,
      );
    }
    const result = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const at = offset + done;
      const part = await this.part(Math.floor(at / PART));
      const piece = part.subarray(at % PART, (at % PART) + length - done);
      result.set(piece, done);
      done += piece.length;
    }
    return result;
  }

  async close(): Promise<void> {
    this.current = null;
  }

  private part(index: number): Promise<Uint8Array> {
    if (this.current?.index !== index) {
      this.current = { index, bytes: this.shelf.bytes(partName(this.blob.etag, index)) };
    }
    return this.current.bytes;
  }
}

function partName(etag: string, index: number): string {
  return `blobs/${etag}/${index}`;
}
