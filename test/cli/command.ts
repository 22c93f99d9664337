// SPDX-License-Identifier: Apache-2.0
/** Runs the built command as a shell would: a process of its own. Needs a build. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';

export const root = path.resolve(__dirname, '../..');
export const bin = path.join(root, 'packages/cli/bin/tfjs-clip.js');

export interface Result {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  stdin?: string | Uint8Array;
  env?: Record<string, string>;
  cwd?: string;
}

export async function tfjsClip(args: string[], options: RunOptions = {}): Promise<Result> {
  const child = start(process.execPath, [bin, ...args], options);
  child.stdin!.on('error', () => {}); // It may end without reading.
  child.stdin!.end(options.stdin ?? '');
  return resultOf(child);
}

export function start(command: string, args: string[], { env, cwd = root }: RunOptions = {}): ChildProcess {
  if (!existsSync(path.join(root, 'packages/cli/dist'))) throw new Error('Build first: npm run build');
  const { NO_COLOR, FORCE_COLOR, COLUMNS, ...inherited } = process.env;
  return spawn(command, args, { cwd, env: { ...inherited, ...env } });
}

export async function resultOf(child: ChildProcess): Promise<Result> {
  const ended = new Promise<Pick<Result, 'exitCode' | 'signal'>>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal }));
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout!), text(child.stderr!)]);
  return { ...(await ended), stdout, stderr };
}

/** A folder for the tests of a file, removed after them. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'tfjs-clip-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
