// SPDX-License-Identifier: Apache-2.0
/** Files that appear whole or not at all. */
import { rmSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { RunError, systemReason } from './errors.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Writes a temporary file beside `file` and renames it, so that an old file stays until the new one is complete. An
 * interrupt on the way removes the temporary file and then ends the process as it would have.
 *
 * @throws RunError
 */
export async function writeAtomically(file: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  const tidyUp = (signal: NodeJS.Signals) => {
    rmSync(temporary, { force: true });
    process.kill(process.pid, signal); // `once` has taken this handler away, so that the system's default follows.
  };
  for (const signal of SIGNALS) process.once(signal, tidyUp);
  try {
    await writeFile(temporary, content);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new RunError(`Cannot write ${file}: ${systemReason(error)}.`, { cause: error });
  } finally {
    for (const signal of SIGNALS) process.off(signal, tidyUp);
  }
}
