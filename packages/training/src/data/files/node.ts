// SPDX-License-Identifier: Apache-2.0
/** A dataset's files in Node. */
import { createReadStream } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { InvalidArgumentError } from 'tfjs-clip';
import type { DataFiles } from './files.js';

export const dataFiles: DataFiles = {
  async kindOf(place) {
    const status = await stat(place).catch(nullIfAbsent);
    return status && (status.isDirectory() ? 'folder' : 'file');
  },

  async list(folder) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() || entry.isSymbolicLink())
      .map((entry) =>
        path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'),
      )
      .sort();
  },

  read: (place) => readFile(place),
  stream: (place) => createReadStream(place, { highWaterMark: 2 ** 18 }),

  async readWithin(root, name) {
    const [folder, file] = await Promise.all([realpath(root), realPathOf(path.resolve(root, name))]);
    if (file === null) throw new InvalidArgumentError(`there is no file '${name}' in ${root}`);
    if (!isWithin(folder, file)) {
      throw new InvalidArgumentError(
        `'${name}' lies outside ${root}, and only files under imageRoot are read; if it is to be read, name a folder ` +
          'above it as imageRoot',
      );
    }
    return readFile(file);
  },

  folderOf: path.dirname,
  join: path.join,
};

function realPathOf(file: string): Promise<string | null> {
  return realpath(file).catch(nullIfAbsent);
}

function isWithin(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

function nullIfAbsent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'ENAMETOOLONG') return null;
  if (error.code === 'ERR_INVALID_ARG_VALUE') return null; // a NUL in the name
  throw error;
}
