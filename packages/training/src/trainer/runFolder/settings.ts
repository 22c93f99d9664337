// SPDX-License-Identifier: Apache-2.0
/** settings.json: what a run was asked to do, written when it begins. */

import { InvalidArgumentError } from 'tfjs-clip';
import { runFiles } from '#runFiles';

export type Settings = Readonly<Record<string, unknown>>;

/** What `openRun` was given when the run in this folder was begun; null where there is no run. */
export async function readSettings(folder: string): Promise<Settings | null> {
  const text = await runFiles.readText(fileIn(folder));
  return text === null ? null : (JSON.parse(text) as Settings);
}

export async function writeSettings(folder: string, settings: Settings): Promise<void> {
  await runFiles.replace(fileIn(folder), `${JSON.stringify(settings, null, 2)}\n`);
}

/** @throws InvalidArgumentError that names the first setting which is not what it was */
export function checkSettings(folder: string, saved: Settings, given: Settings): void {
  const now = JSON.parse(JSON.stringify(given)) as Settings;
  for (const name of new Set([...Object.keys(saved), ...Object.keys(now)])) {
    const [before, after] = [saved[name], now[name]].map((value) => JSON.stringify(value) ?? 'absent');
    if (before === after) continue;
    throw new InvalidArgumentError(
      `${name} was ${before} when the run in ${folder} was begun, and is ${after} now. Go on with it as it was, or begin ` +
        'another run in another folder.',
    );
  }
}

function fileIn(folder: string): string {
  return runFiles.join(folder, 'settings.json');
}
