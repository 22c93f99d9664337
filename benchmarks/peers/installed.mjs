// SPDX-License-Identifier: Apache-2.0
/** Which npm packages the peers find, and of what version. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const { resolve } = createRequire(import.meta.url);

/** @returns a package's version, or undefined where it is not installed */
export function installedVersion(name) {
  for (const folder of resolve.paths(name)) {
    try {
      return JSON.parse(readFileSync(path.join(folder, name, 'package.json'), 'utf8')).version;
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
}
