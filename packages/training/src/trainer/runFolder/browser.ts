// SPDX-License-Identifier: Apache-2.0
/** A browser has no folders. */
import { InvalidArgumentError } from 'tfjs-clip';
import type { RunFiles } from './files.js';

export const runFiles: RunFiles = {
  join: (folder, name) => `${folder}/${name}`,
  list: refuse,
  makeFolder: refuse,
  remove: refuse,
  rename: refuse,
  copy: refuse,
  readText: refuse,
  append: refuse,
  replace: refuse,
};

async function refuse(path: string): Promise<never> {
  throw new InvalidArgumentError(
    `${path}: a browser has no folders to keep a run in; leave out \`run\`, and take the weights from the model.`,
  );
}
