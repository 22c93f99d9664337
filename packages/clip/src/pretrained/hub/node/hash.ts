// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { HashFactory } from '../verify.js';

export const hash: HashFactory = (algorithm) => {
  const hash = createHash(algorithm);
  return {
    update: (bytes) => void hash.update(bytes),
    digest: async () => hash.digest('hex'),
  };
};
