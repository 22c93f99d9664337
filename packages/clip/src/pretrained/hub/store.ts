// SPDX-License-Identifier: Apache-2.0
/**
 * The cache of one repository, as the code above it sees it: a folder in Hugging Face's layout, or a browser's Cache.
 *
 *     refs/<revision>            the commit that the revision last stood for
 *     blobs/<etag>               contents; the ETag is their hash
 *     snapshots/<commit>/<file>  which blob is which file
 *     .no_exist/<commit>/<file>  files known not to be
 */
import type { ByteSource } from '@tfjs-clip/safetensors';
import type { CacheCheck, CachedModel } from './cache.js';
import type { HashFactory } from './verify.js';

export interface HubStore {
  /** What messages call it. */
  readonly place: string;
  commitOf(revision: string): Promise<string | null>;
  setCommit(revision: string, commit: string): Promise<void>;
  /** Whether anything of it is there. */
  hasCommit(commit: string): Promise<boolean>;
  find(commit: string, file: string): Promise<StoredFile | 'absent' | null>;
  setAbsent(commit: string, file: string): Promise<void>;
  /** Waits until no other process downloads this blob, as far as the platform can tell. */
  lock(etag: string, signal?: AbortSignal): Promise<() => Promise<void>>;
  hasBlob(etag: string): Promise<boolean>;
  partial(etag: string): Promise<PartialBlob>;
  /** Makes the blob `file` of `commit`. */
  link(commit: string, file: string, etag: string): Promise<void>;
  /** Where the files of `commit` are. */
  snapshot(commit: string): string;
}

export interface StoredFile {
  size: number;
  /** @param name what error messages call it */
  open(name: string): Promise<ByteSource>;
}

/** What is there of a blob so far; it stays when a download breaks off. */
export interface PartialBlob {
  readonly size: number;
  /** What is there, from its beginning. */
  content(): AsyncIterable<Uint8Array>;
  append(bytes: Uint8Array): Promise<void>;
  /** Forgets what is there. */
  clear(): Promise<void>;
  /** @throws DownloadError if there is no room for so many bytes more */
  checkRoom(bytes: number): Promise<void>;
  /** From now on it is the blob. */
  complete(): Promise<void>;
  close(): Promise<void>;
}

/** The repositories of a cache; cache.ts tells of each call. */
export interface HubCache {
  list(): Promise<CachedModel[]>;
  remove(id: string, revision: string | undefined): Promise<number>;
  verify(id: string | undefined): Promise<CacheCheck[]>;
}

export interface Hash {
  update(bytes: Uint8Array): void;
  /** Hexadecimal. */
  digest(): Promise<string>;
}

export interface HubPlatform {
  openStore(id: string, cacheDir: string | undefined): HubStore;
  cache(cacheDir: string | undefined): HubCache;
  /** The token of `hf auth login`. */
  storedToken(): Promise<string | undefined>;
  readonly hash: HashFactory;
}
