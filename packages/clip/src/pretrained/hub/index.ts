// SPDX-License-Identifier: Apache-2.0
export {
  type CacheCheck,
  type CachedModel,
  type CachedRevision,
  type CacheOptions,
  downloadModel,
  listCache,
  removeFromCache,
  verifyCache,
} from './cache.js';
export { env, type HubDefaults } from './settings.js';
