// SPDX-License-Identifier: Apache-2.0
/**
 * An ETag of the hub is a hash of the content: SHA-256 of a large file, git's SHA-1 of a small one. Mirrors exist that
 * send the plain SHA-1 (Artifactory) or something else; that cannot be checked.
 */
import type { Hash } from './store.js';

/** null where the platform has no such hash. */
export type HashFactory = (algorithm: 'sha1' | 'sha256') => Hash | null;

export class BlobVerifier {
  private readonly hashes: readonly Hash[];

  /** @param size unknown: git's SHA-1, which begins with it, is not computed */
  constructor(
    private readonly etag: string,
    size: number | null,
    hash: HashFactory,
  ) {
    this.hashes = hashesFor(etag, size, hash).filter((hash) => hash !== null);
  }

  update(bytes: Uint8Array): void {
    for (const hash of this.hashes) hash.update(bytes);
  }

  /** null if all is well or nothing can be told, else the hash that the content has. */
  async mismatch(): Promise<string | null> {
    if (this.hashes.length === 0) return null;
    const digests = await Promise.all(this.hashes.map((hash) => hash.digest()));
    return digests.includes(this.etag) ? null : digests[0];
  }
}

export function isContentHash(etag: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(etag);
}

function hashesFor(etag: string, size: number | null, hash: HashFactory): (Hash | null)[] {
  if (!isContentHash(etag)) return [];
  if (etag.length === 64) return [hash('sha256')];
  return size === null ? [] : [gitHash(size, hash), hash('sha1')];
}

function gitHash(size: number, hash: HashFactory): Hash | null {
  const sha1 = hash('sha1');
  sha1?.update(new TextEncoder().encode(`blob ${size}\0`));
  return sha1;
}
