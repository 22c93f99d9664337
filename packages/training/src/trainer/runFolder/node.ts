// SPDX-License-Identifier: Apache-2.0
/** A run's files in Node. */
import { appendFile, cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunFiles } from './files.js';

export const runFiles: RunFiles = {
  join: path.join,
  list: (folder) => readdir(folder).catch(nullIfAbsent),
  async makeFolder(folder) {
    await mkdir(folder, { recursive: true });
  },
  remove: (file) => rm(file, { recursive: true, force: true }),
  rename,
  copy: (from, to) => cp(from, to, { recursive: true }),
  readText: (file) => readFile(file, 'utf8').catch(nullIfAbsent),
  append: (file, content) => appendFile(file, content),
  async replace(file, content) {
    const temporary = path.join(path.dirname(file), `.${path.basename(file)}.tmp`);
    await writeFile(temporary, content);
    await rename(temporary, file);
  },
};

function nullIfAbsent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
