// SPDX-License-Identifier: Apache-2.0
/** All repositories of a cache folder: what `listCache`, `removeFromCache` and `verifyCache` do in Node. */
import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink, realpath, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { ModelNotFoundError } from '../../../errors.js';
import type { CacheCheck, CachedModel, CachedRevision } from '../cache.js';
import { isCommit } from '../names.js';
import type { HubCache } from '../store.js';
import { BlobVerifier, isContentHash } from '../verify.js';
import { writing } from './diskErrors.js';
import { repositoryFolder } from './folderStore.js';
import { hash } from './hash.js';

const PREFIX = 'models--';

export class FolderCache implements HubCache {
  private readonly folder: string;

  constructor(cacheDir: string) {
    this.folder = path.resolve(cacheDir);
  }

  async list(): Promise<CachedModel[]> {
    const names = (await namesIn(this.folder)).filter((name) => name.startsWith(PREFIX)).sort();
    return Promise.all(names.map((name) => this.describe(name.slice(PREFIX.length).replaceAll('--', '/'))));
  }

  async remove(id: string, revision: string | undefined): Promise<number> {
    const model = await this.find(id);
    return writing(this.folder, async () => {
      if (revision !== undefined) return removeRevision(model, revision);
      await rm(model.path, { recursive: true, force: true });
      await rm(path.join(this.folder, '.locks', repositoryFolder(id)), { recursive: true, force: true });
      return model.size;
    });
  }

  async verify(id: string | undefined): Promise<CacheCheck[]> {
    const models = id === undefined ? await this.list() : [await this.find(id)];
    const checks: CacheCheck[] = [];
    for (const model of models) checks.push(await this.check(model));
    return checks;
  }

  private async find(id: string): Promise<CachedModel> {
    if (await isFolder(path.join(this.folder, repositoryFolder(id)))) return this.describe(id);
    throw new ModelNotFoundError(`${id} is not in the cache folder ${this.folder}.`);
  }

  private async describe(id: string): Promise<CachedModel> {
    const folder = path.join(this.folder, repositoryFolder(id));
    const refs = await readRefs(path.join(folder, 'refs'));
    const commits = (await namesIn(path.join(folder, 'snapshots'))).filter(isCommit);
    const revisions = await Promise.all(
      commits.map((commit) => describeRevision(path.join(folder, 'snapshots', commit), commit, refs)),
    );
    const incomplete = await sizeOf(await partialsIn(folder));
    const contents = await Promise.all(revisions.map(({ path: snapshot }) => contentsOf(snapshot)));
    const blobs = await filesUnder(path.join(folder, 'blobs'));
    const size = await sizeOf([...blobs, ...contents.flat()]);
    return { id, path: folder, size, incomplete, revisions };
  }

  private async check(model: CachedModel): Promise<CacheCheck> {
    const check: CacheCheck = { id: model.id, checked: 0, unknown: 0, problems: [] };
    for (const blob of await namesIn(path.join(model.path, 'blobs'))) {
      if (!blob.endsWith('.incomplete')) await checkBlob(path.join(model.path, 'blobs', blob), check);
    }
    for (const revision of model.revisions) {
      for (const file of await filesUnder(revision.path)) await this.checkLink(file, check);
    }
    return check;
  }

  private async checkLink(file: string, check: CacheCheck): Promise<void> {
    const real = await realpath(file).catch(() => null);
    if (real === null) {
      check.problems.push({ path: file, problem: 'its content is gone; load the model again to fetch it' });
    } else if (path.relative(await realpath(this.folder), real).startsWith('..')) {
      check.problems.push({ path: file, problem: `leads out of the cache folder, to ${real}` });
    } else if (!(await lstat(file)).isSymbolicLink() && (await stat(file)).nlink === 1) {
      check.unknown++; // A copy, from a disk without links.
    }
  }
}

async function describeRevision(
  folder: string,
  commit: string,
  refs: ReadonlyMap<string, string>,
): Promise<CachedRevision> {
  const files = await Promise.all(
    (await filesUnder(folder)).map(async (file) => {
      const status = await stat(file).catch(() => null);
      const name = path.relative(folder, file).replaceAll(path.sep, '/');
      return { name, size: status?.size ?? 0, modified: status?.mtimeMs ?? 0 };
    }),
  );
  return {
    commit,
    refs: [...refs].filter(([, target]) => target === commit).map(([ref]) => ref),
    path: folder,
    size: await sizeOf(await contentsOf(folder)),
    lastModified: new Date(Math.max((await stat(folder)).mtimeMs, ...files.map(({ modified }) => modified))),
    files: files.map(({ name, size }) => ({ name, size })).sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

async function removeRevision(model: CachedModel, revision: string): Promise<number> {
  const gone = model.revisions.find(({ commit, refs }) => commit === revision || refs.includes(revision));
  if (!gone) {
    const there = model.revisions.flatMap(({ commit, refs }) => [...refs, commit]).join(', ');
    throw new ModelNotFoundError(
      `${model.id} is in the cache, but not at revision '${revision}'; there are ${there || 'none'}.`,
    );
  }
  const kept = model.revisions.filter((other) => other !== gone);
  const needed = new Set((await Promise.all(kept.map(({ path: folder }) => contentsOf(folder)))).flat());
  const unneeded = (await contentsOf(gone.path)).filter((file) => !needed.has(file));
  const bytes = await sizeOf(unneeded);
  for (const ref of gone.refs) await rm(path.join(model.path, 'refs', ref), { force: true });
  await rm(gone.path, { recursive: true, force: true });
  await rm(path.join(model.path, '.no_exist', gone.commit), { recursive: true, force: true });
  const cache = await realpath(path.dirname(model.path));
  for (const file of unneeded) if (await liesIn(cache, file)) await rm(file, { force: true });
  return bytes;
}

/** That no link among the folders above leads elsewhere. */
async function liesIn(folder: string, file: string): Promise<boolean> {
  const parent = await realpath(path.dirname(file)).catch(() => null);
  return parent !== null && !path.relative(folder, parent).startsWith('..');
}

async function checkBlob(file: string, check: CacheCheck): Promise<void> {
  const etag = path.basename(file);
  if (!isContentHash(etag)) {
    check.unknown++;
    return;
  }
  const status = await stat(file).catch(() => null);
  if (!status?.isFile()) {
    check.problems.push({ path: file, problem: 'is no file' });
    return;
  }
  const verifier = new BlobVerifier(etag, status.size, hash);
  for await (const part of createReadStream(file, { highWaterMark: 2 ** 20 })) verifier.update(part);
  const mismatch = await verifier.mismatch();
  check.checked++;
  if (mismatch === null) return;
  check.problems.push({ path: file, problem: `its hash is ${mismatch}: remove it and load the model again` });
}

/** What the files of a snapshot are: the blob a link names (not what that may name in turn), or the file itself. */
async function contentsOf(snapshot: string): Promise<string[]> {
  const files = await filesUnder(snapshot);
  const contents = files.map(async (file) => {
    if (!(await lstat(file)).isSymbolicLink()) return file;
    const target = path.resolve(path.dirname(file), await readlink(file));
    const inside = path.relative(path.join(snapshot, '../../blobs'), target);
    return inside.startsWith('..') || path.isAbsolute(inside) ? file : target;
  });
  return [...new Set(await Promise.all(contents))];
}

async function readRefs(folder: string): Promise<Map<string, string>> {
  const refs = new Map<string, string>();
  for (const file of await filesUnder(folder)) {
    const name = path.relative(folder, file).replaceAll(path.sep, '/');
    refs.set(name, (await readFile(file, 'utf8')).trim());
  }
  return refs;
}

async function partialsIn(repository: string): Promise<string[]> {
  return (await filesUnder(path.join(repository, 'blobs'))).filter((file) => file.endsWith('.incomplete'));
}

/** Bytes, those of hard links once. */
async function sizeOf(files: readonly string[]): Promise<number> {
  const sizes = new Map<string, number>();
  for (const file of new Set(files)) {
    const status = await stat(file).catch(() => null);
    if (status) sizes.set(`${status.dev}:${status.ino}`, status.size);
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.join(entry.parentPath, entry.name));
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

async function isFolder(folder: string): Promise<boolean> {
  return (await lstat(folder).catch(() => null))?.isDirectory() ?? false;
}
