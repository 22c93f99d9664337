// SPDX-License-Identifier: Apache-2.0
/**
 * A lock between Node processes: a file that only one of them can create. Node has no flock, with which Python locks,
 * so Python and Node do not wait for each other; each downloads into a partial file of its own then, and the same bytes
 * come under the final name twice. Nor does a lock broken in error do harm: partial files are only ever extended by the
 * bytes that belong there.
 */
import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { sleep } from '../sleep.js';

/** Milliseconds. */
const HEARTBEAT = 5_000;
const STALE = 30_000;
const LONGEST_PAUSE = 250;

interface Owner {
  pid: number;
  host: string;
  id: string;
}

/** Those that this process holds: another one of its number is from before a restart. */
const held = new Set<string>();

/** Waits for its turn. @returns what lets the next one in */
export async function lockFile(file: string, signal?: AbortSignal): Promise<() => Promise<void>> {
  for (let pause = 10; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    signal?.throwIfAborted();
    const release = await tryLock(file);
    if (release) return release;
    if (!(await breakIfStale(file))) await sleep(pause, signal);
  }
}

async function tryLock(file: string): Promise<(() => Promise<void>) | null> {
  const owner: Owner = { pid: process.pid, host: hostname(), id: randomUUID() };
  held.add(owner.id);
  if (!(await create(file, owner))) return null;
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => {});
  }, HEARTBEAT);
  heartbeat.unref();
  return async () => {
    clearInterval(heartbeat);
    if ((await ownerOf(file))?.id === owner.id) await rm(file, { force: true });
    held.delete(owner.id);
  };
}

/** false if it is there already. */
async function create(file: string, owner: Owner): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o664);
    try {
      await handle.writeFile(JSON.stringify(owner));
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    held.delete(owner.id);
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function breakIfStale(file: string): Promise<boolean> {
  const owner = await ownerOf(file);
  if (!(await isStale(file, owner))) return false;
  // Renaming picks one winner among those who find the lock stale.
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch {
    return true;
  }
  const taken = await ownerOf(aside);
  // Between the look and the rename, another process may have broken it and made its own: it gets it back.
  if (taken?.id !== owner?.id) await rename(aside, file).catch(() => {});
  else await rm(aside, { force: true });
  return true;
}

async function isStale(file: string, owner: Owner | null): Promise<boolean> {
  if (owner?.host === hostname()) {
    if (owner.pid === process.pid) return !held.has(owner.id);
    if (!isAlive(owner.pid)) return true;
  }
  const status = await stat(file).catch(() => null);
  return status !== null && Date.now() - status.mtimeMs > STALE;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** null if there is no lock, or its owner has not written its name yet. */
async function ownerOf(file: string): Promise<Owner | null> {
  try {
    const { pid, host, id } = JSON.parse(await readFile(file, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? { pid, host, id } : null;
  } catch {
    return null;
  }
}
