// SPDX-License-Identifier: Apache-2.0
/** A file in the user's cache folder. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

export async function readText(): Promise<string | null> {
  return readFile(place(), 'utf8').catch(() => null);
}

/** It appears under its name only when it is whole. */
export async function writeText(text: string): Promise<void> {
  const file = place();
  await mkdir(path.dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, text);
  await rename(unfinished, file);
}

function place(): string {
  const cache = process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache');
  return path.join(cache, 'tfjs-clip', 'webgpu-tiles.json');
}
