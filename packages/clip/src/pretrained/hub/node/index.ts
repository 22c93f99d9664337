// SPDX-License-Identifier: Apache-2.0
/** The hub's cache, as Node keeps it. */
import { createHash } from 'node:crypto';
import type { HubPlatform } from '../store.js';
import { FolderCache } from './folderCache.js';
import { FolderStore } from './folderStore.js';
import { defaultCacheDir, storedToken } from './places.js';

export const hubPlatform: HubPlatform = {
  openStore: (id, cacheDir = defaultCacheDir()) => new FolderStore(id, cacheDir),
  cache: (cacheDir = defaultCacheDir()) => new FolderCache(cacheDir),
  storedToken,
  hash(algorithm) {
    const hash = createHash(algorithm);
    return {
      update: (bytes) => void hash.update(bytes),
      digest: async () => hash.digest('hex'),
    };
  },
};
