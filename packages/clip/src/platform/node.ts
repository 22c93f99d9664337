// SPDX-License-Identifier: Apache-2.0
/** Local files, as Node has them. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LocalFiles } from './localFiles.js';

export const localFiles: LocalFiles = {
  async kindOf(file) {
    try {
      const status = await stat(toPath(file));
      return status.isDirectory() ? 'folder' : status.isFile() ? 'file' : 'other';
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  },

  async sizeOf(file) {
    return (await stat(toPath(file))).size;
  },

  async read(file) {
    const bytes = await readFile(toPath(file));
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  },

  join: (folder, file) => path.join(toPath(folder), file),

  async replace(file, content) {
    await mkdir(path.dirname(file), { recursive: true });
    const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}.tmp`);
    try {
      await writeFile(temporary, content);
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  },

  async list(folder) {
    try {
      return await readdir(folder);
    } catch (error) {
      if (isAbsent(error)) return [];
      throw error;
    }
  },

  async makeFolder(folder) {
    await mkdir(folder, { recursive: true });
  },

  removeFile: (file) => rm(file, { force: true }),

  environment: (name) => process.env[name] || undefined,
};

function toPath(file: string | URL): string {
  return file instanceof URL || file.startsWith('file:') ? fileURLToPath(file) : file;
}

function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return (
    code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG' || code === 'ERR_INVALID_ARG_VALUE'
  );
}
