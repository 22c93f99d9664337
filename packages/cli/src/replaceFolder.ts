// SPDX-License-Identifier: Apache-2.0
/** Folders that appear whole or not at all. */
import { renameSync, rmSync } from 'node:fs';
import { mkdir, readdir, realpath, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { RunError, systemReason, UsageError } from './errors.js';
import { isFolder } from './isFolder.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** What --force may replace: --force and a slip of the hand should not cost a home folder. */
const MODEL_MARKS = ['config.json', 'open_clip_config.json', 'text', 'vision'];

/**
 * That `folder` can be written: it is not there, it is empty, or it holds a model and `force` is set.
 *
 * @throws UsageError
 */
export async function checkNewFolder(folder: string, force: boolean): Promise<void> {
  const parent = path.dirname(path.resolve(folder));
  if (!(await isFolder(parent))) throw new UsageError(`${folder}: there is no folder ${parent}.`);
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  );
  if (!isThere) return;
  if (!(await isFolder(folder))) throw new UsageError(`${folder} is a file; name a folder.`);
  const names = await readdir(folder);
  if (names.length === 0) return;
  if (!force) {
    throw new UsageError(`${folder} is not empty. Name another folder, or add --force to replace it.`);
  }
  if (names.some((name) => MODEL_MARKS.includes(name))) return;
  throw new UsageError(`${folder} holds something else than a model, which --force does not replace.`);
}

/**
 * Lets `write` fill a temporary folder beside `folder`, and then puts it in its place. Until then what was there stays; an
 * interrupt removes the temporary folder and then ends the process as it would have.
 */
export async function replaceFolder<T>(folder: string, write: (temporary: string) => Promise<T>): Promise<T> {
  const target = await realpath(folder).catch(() => path.resolve(folder));
  const beside = (ending: string) =>
    path.join(path.dirname(target), `.${path.basename(target)}.${process.pid}.${ending}`);
  const temporary = beside('tmp');
  const tidyUp = (signal: NodeJS.Signals) => {
    rmSync(temporary, { recursive: true, force: true });
    process.kill(process.pid, signal); // `once` has taken this handler away, so that the system's default follows.
  };
  for (const signal of SIGNALS) process.once(signal, tidyUp);
  try {
    await writing(folder, mkdir(temporary));
    const result = await write(temporary);
    await writing(folder, exchange(target, temporary, beside('old')));
    return result;
  } finally {
    await rm(temporary, { recursive: true, force: true });
    for (const signal of SIGNALS) process.off(signal, tidyUp);
  }
}

/** The renames are one step, between which no interrupt is handled: it would find the folder gone. */
async function exchange(target: string, temporary: string, old: string): Promise<void> {
  const wasThere = await isFolder(target);
  if (wasThere) renameSync(target, old);
  try {
    renameSync(temporary, target);
  } catch (error) {
    if (wasThere) renameSync(old, target);
    throw error;
  }
  await rm(old, { recursive: true, force: true });
}

async function writing<T>(folder: string, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    throw new RunError(`Cannot write ${folder}: ${systemReason(error)}.`, { cause: error });
  }
}
