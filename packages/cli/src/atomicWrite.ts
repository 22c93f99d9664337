// SPDX-License-Identifier: Apache-2.0
/** Files that appear whole or not at all. */
import { rename, rm, writeFile } from 'node:fs/promises';

/** Writes a temporary file beside `file` and renames it, so that an old file stays until the new one is complete. */
export async function writeAtomically(file: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, content);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
