// SPDX-License-Identifier: Apache-2.0
import { createInterface } from 'node:readline/promises';
import { UsageError } from './errors.js';

/** Asks on the terminal; anything but yes is no. @throws UsageError where there is no terminal to ask on */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UsageError(`${question} There is no terminal to ask on: add --yes if so.`);
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  terminal.once('SIGINT', () => {
    terminal.close();
    process.stderr.write('\n');
    process.kill(process.pid, 'SIGINT'); // Ctrl+C is no answer: the process ends as it does elsewhere.
  });
  try {
    return /^y(?:es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error;
    process.stderr.write('\n'); // Ctrl+D is no yes.
    return false;
  } finally {
    terminal.close();
  }
}
