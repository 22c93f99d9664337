// SPDX-License-Identifier: Apache-2.0
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { thrown } from '../../../test/harness/thrown.js';
import { RunError, UsageError } from './errors.js';
import { checkNewFolder, replaceFolder } from './replaceFolder.js';

let root = '';
let folder = '';
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'replace-'));
  folder = path.join(root, 'model');
});
afterEach(() => rmSync(root, { recursive: true }));

const fill = (content: string) => async (temporary: string) => {
  writeFileSync(path.join(temporary, 'config.json'), content);
  return content.length;
};
const contentOf = (at = folder) => readFileSync(path.join(at, 'config.json'), 'utf8');

describe('replaceFolder', () => {
  it('makes a folder, and nothing beside it', async () => {
    expect(await replaceFolder(folder, fill('new'))).toBe(3);
    expect(contentOf()).toBe('new');
    expect(readdirSync(root)).toEqual(['model']);
  });

  it('takes the place of an empty one, and of one with files', async () => {
    mkdirSync(folder);
    await replaceFolder(folder, fill('first'));
    writeFileSync(path.join(folder, 'stale'), '');
    await replaceFolder(folder, fill('second'));
    expect(readdirSync(folder)).toEqual(['config.json']);
    expect(contentOf()).toBe('second');
    expect(readdirSync(root)).toEqual(['model']);
  });

  it('shows nothing of it before all is there', async () => {
    await replaceFolder(folder, fill('old'));
    await replaceFolder(folder, async (temporary) => {
      await fill('new')(temporary);
      expect(contentOf()).toBe('old');
    });
    expect(contentOf()).toBe('new');
  });

  it('leaves what was there, and nothing else, after an error', async () => {
    await replaceFolder(folder, fill('old'));
    const failure = new Error('no room');
    const action = () =>
      replaceFolder(folder, async (temporary) => {
        await fill('half')(temporary);
        throw failure;
      });
    expect(await thrown(action)).toBe(failure);
    expect(contentOf()).toBe('old');
    expect(readdirSync(root)).toEqual(['model']);
  });

  it('follows a link to the folder it stands for', async () => {
    mkdirSync(path.join(root, 'real'));
    symlinkSync('real', folder);
    await replaceFolder(folder, fill('new'));
    expect(contentOf(path.join(root, 'real'))).toBe('new');
    expect(readdirSync(root).sort()).toEqual(['model', 'real']);
  });

  it('says where it cannot write', async () => {
    const within = path.join(root, 'gone', 'model');
    expect(await thrown(() => replaceFolder(within, fill('new')))).toEqual(
      new RunError(`Cannot write ${within}: no such file or directory.`),
    );
  });

  it('takes its signal handlers away again', async () => {
    const before = process.listenerCount('SIGTERM');
    await replaceFolder(folder, async () => expect(process.listenerCount('SIGTERM')).toBe(before + 1));
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });
});

describe('checkNewFolder', () => {
  const refusal = (force: boolean) => thrown(() => checkNewFolder(folder, force));

  it('accepts a new folder, an empty one, and with force one that holds a model', async () => {
    await checkNewFolder(folder, false);
    mkdirSync(folder);
    await checkNewFolder(folder, false);
    await fill('{}')(folder);
    await checkNewFolder(folder, true);
  });

  it('refuses what would be lost', async () => {
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'thesis.tex'), '');
    expect(await refusal(false)).toEqual(
      new UsageError(`${folder} is not empty. Name another folder, or add --force to replace it.`),
    );
    expect(await refusal(true)).toEqual(
      new UsageError(`${folder} holds something else than a model, which --force does not replace.`),
    );
  });

  it('refuses a file, and a folder in none', async () => {
    writeFileSync(folder, '');
    expect(await refusal(true)).toEqual(new UsageError(`${folder} is a file; name a folder.`));
    const within = path.join(root, 'gone', 'model');
    expect(await thrown(() => checkNewFolder(within, false))).toEqual(
      new UsageError(`${within}: there is no folder ${path.join(root, 'gone')}.`),
    );
  });
});
