// SPDX-License-Identifier: Apache-2.0
/** The hub's cache, as a browser keeps it. */
import { InvalidArgumentError } from '../../../errors.js';
import type { Hash, HubPlatform } from '../store.js';
import { CacheStore } from './cacheStore.js';
import { Sha256 } from './sha256.js';

export const hubPlatform: HubPlatform = {
  openStore: (id, cacheDir) => new CacheStore(id, cacheDir),
  cache: () => ({ list: refuse, remove: refuse, verify: refuse }),
  storedToken: async () => undefined,
  hash: (algorithm) => (algorithm === 'sha256' ? new Sha256() : wholeHash()),
};

async function refuse(): Promise<never> {
  throw new InvalidArgumentError(
    "A browser's cache is looked into with its developer tools, and emptied with caches.delete('tfjs-clip').",
  );
}

/** SHA-1 is of small files only. Pages that are not secure have no crypto.subtle. */
function wholeHash(): Hash | null {
  if (!globalThis.crypto?.subtle) return null;
  const parts: Uint8Array<ArrayBuffer>[] = [];
  return {
    update: (bytes: Uint8Array) => void parts.push(bytes.slice()),
    async digest() {
      const whole = await new Response(new Blob(parts).stream()).arrayBuffer();
      const hash = new Uint8Array(await crypto.subtle.digest('SHA-1', whole));
      return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
    },
  };
}
