// SPDX-License-Identifier: Apache-2.0
/** The command in a terminal of its own, with somebody at the keyboard: through util-linux's `script`, which Debian always has. */
import { existsSync } from 'node:fs';
import { bin, type Result, resultOf, start } from './command.js';

const SCRIPT = '/usr/bin/script';
const isThere = process.platform === 'linux' && existsSync(SCRIPT);

/** `describe` where there is `script`, and on CI, which must have it; elsewhere it skips aloud. */
export function describeInTerminal(name: string, suite: () => void): void {
  const mustRun = Boolean(process.env.CI);
  if (!isThere && !mustRun) console.warn(`Skipped: ${name}. There is no util-linux ${SCRIPT}.`);
  (isThere || mustRun ? describe : describe.skip)(name, suite);
}

export interface Keyboard {
  /** What the terminal shows before the keys are pressed. */
  after: string;
  keys: string;
}

export const CTRL_C = '\x03';
export const CTRL_D = '\x04';

/** Runs the command in a terminal 60 columns wide; what it shows, standard error too, is the result's stdout. */
export async function inTerminal(
  args: string[],
  env: Record<string, string>,
  keyboard?: Keyboard,
): Promise<Result> {
  const words = [process.execPath, bin, ...args].map((word) => `'${word}'`).join(' ');
  const child = start(SCRIPT, ['-qec', `stty cols 60; ${words}`, '/dev/null'], {
    env: { TERM: 'xterm', ...env },
  });
  let shown = '';
  let pressed = false;
  child.stdout!.on('data', (part) => {
    shown += part;
    if (!keyboard || pressed || !shown.includes(keyboard.after)) return;
    pressed = true;
    child.stdin!.write(keyboard.keys);
  });
  const result = await resultOf(child);
  child.stdin!.destroy();
  return result;
}
