// SPDX-License-Identifier: Apache-2.0
/** A browser has no local files. */
import { InvalidArgumentError } from '../errors.js';
import type { LocalFiles } from './localFiles.js';

export const localFiles: LocalFiles = {
  kindOf: async () => null,
  sizeOf: (path) => refuse(path),
  read: (path) => refuse(path),
  join: (folder, file) => `${folder}/${file}`,
  replace: (path) => refuse(path),
  list: async () => [],
  makeFolder: (path) => refuse(path),
  removeFile: (path) => refuse(path),
  environment: () => undefined,
};

async function refuse(path: string | URL): Promise<never> {
  throw new InvalidArgumentError(
    `${path}: a browser has no local files; give a web address, or work in Node.`,
  );
}
