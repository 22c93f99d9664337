// SPDX-License-Identifier: Apache-2.0
/** The hub's cache, as Node keeps it. */
import type { HubPlatform } from '../store.js';
import { FolderCache } from './folderCache.js';
import { FolderStore } from './folderStore.js';
import { hash } from './hash.js';
import { defaultCacheDir, storedToken } from './places.js';

export const hubPlatform: HubPlatform = {
  openStore: (id, cacheDir = defaultCacheDir()) => new FolderStore(id, cacheDir),
  cache: (cacheDir = defaultCacheDir()) => new FolderCache(cacheDir),
  storedToken,
  hash,
};
