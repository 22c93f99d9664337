// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeAtomically } from './atomicWrite.js';
import { RunError } from './errors.js';

describe('writeAtomically', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'atomic-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('replaces a file and leaves nothing else behind', async () => {
    const file = path.join(folder, 'vectors.jsonl');
    writeFileSync(file, 'old');
    await writeAtomically(file, 'new');
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['vectors.jsonl']);
  });

  it('says why it could not, and leaves nothing behind', async () => {
    const file = path.join(folder, 'vectors.npy');
    mkdirSync(file);
    await expect(writeAtomically(file, 'new')).rejects.toEqual(
      new RunError(`Cannot write ${file}: illegal operation on a directory.`),
    );
    expect(readdirSync(folder)).toEqual(['vectors.npy']);
  });

  it('takes its signal handlers away again', async () => {
    const before = process.listenerCount('SIGINT');
    const writing = writeAtomically(path.join(folder, 'a.npy'), 'content');
    expect(process.listenerCount('SIGINT')).toBe(before + 1);
    await writing;
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
