// SPDX-License-Identifier: Apache-2.0
/** A repository in Hugging Face's cache folder, which Python's huggingface_hub reads and writes as well. */
import { randomUUID } from 'node:crypto';
import {
  link,
  lstat,
  mkdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { openSource } from '@tfjs-clip/safetensors';
import { localFiles } from '#platform';
import { ModelNotFoundError } from '../../../errors.js';
import { isCommit } from '../names.js';
import type { HubStore, PartialBlob, StoredFile } from '../store.js';
import { hasCode, writing } from './diskErrors.js';
import { lockFile } from './lock.js';
import { PartialFile } from './partialFile.js';

/** Not Python's name: it may be writing to that one under a lock that Node cannot see. */
const PARTIAL = '.node.incomplete';
const TAG =
  'Signature: 8a477f597d28d172789f06886806bc55\n# Cache directory tag: https://bford.info/cachedir/\n';

export class FolderStore implements HubStore {
  readonly place: string;
  private readonly repository: string;
  private readonly locks: string;

  constructor(id: string, cacheDir: string) {
    this.place = path.resolve(cacheDir);
    this.repository = path.join(this.place, repositoryFolder(id));
    this.locks = path.join(this.place, '.locks', repositoryFolder(id));
  }

  async commitOf(revision: string): Promise<string | null> {
    const text = await readFile(this.ref(revision), 'utf8').catch(() => '');
    return isCommit(text.trim()) ? text.trim() : null;
  }

  async setCommit(revision: string, commit: string): Promise<void> {
    if (revision === commit || (await this.commitOf(revision)) === commit) return;
    // Python takes a ref without a snapshot for damage.
    await this.makeFolder(this.snapshot(commit));
    await this.makeFolder(path.dirname(this.ref(revision)));
    const temporary = path.join(this.repository, `.ref.${randomUUID()}.tmp`);
    await writeFile(temporary, commit);
    await rename(temporary, this.ref(revision));
  }

  async hasCommit(commit: string): Promise<boolean> {
    return exists(this.snapshot(commit));
  }

  async find(commit: string, file: string): Promise<StoredFile | 'absent' | null> {
    const pointer = path.join(this.snapshot(commit), file);
    const real = await realpath(pointer).catch(() => null);
    if (real === null) return (await exists(this.absence(commit, file))) ? 'absent' : null;
    await this.checkInside(real, pointer);
    const status = await stat(real);
    if (!status.isFile()) return null;
    return { size: status.size, open: (name) => openSource(real, { name }) };
  }

  async setAbsent(commit: string, file: string): Promise<void> {
    await this.makeFolder(path.dirname(this.absence(commit, file)));
    await writeFile(this.absence(commit, file), '');
  }

  async lock(etag: string, signal?: AbortSignal): Promise<() => Promise<void>> {
    return writing(this.place, async () => {
      await this.makeFolder(this.locks);
      return lockFile(path.join(this.locks, `${etag}.node.lock`), signal);
    });
  }

  async hasBlob(etag: string): Promise<boolean> {
    const real = await realpath(this.blob(etag)).catch(() => null);
    if (real === null) return false;
    await this.checkInside(real, this.blob(etag));
    return true;
  }

  async partial(etag: string): Promise<PartialBlob> {
    await writing(this.place, () => this.makeFolder(path.dirname(this.blob(etag))));
    await writeFile(path.join(this.place, 'CACHEDIR.TAG'), TAG, { flag: 'wx' }).catch(() => {});
    return PartialFile.open(this.blob(etag) + PARTIAL, this.blob(etag), this.place);
  }

  async link(commit: string, file: string, etag: string): Promise<void> {
    const pointer = path.join(this.snapshot(commit), file);
    const blob = this.blob(etag);
    await writing(this.place, async () => {
      await this.makeFolder(path.dirname(pointer));
      await rm(this.absence(commit, file), { force: true });
      if (await samePlace(pointer, blob)) return;
      const target = path.relative(path.dirname(pointer), blob);
      if (symlinksAllowed() && (await makeLink(() => symlink(target, pointer), pointer))) return;
      if (await makeLink(async () => link(await realpath(blob), pointer), pointer)) return;
      // Python's way where there are no links at all: the blob itself moves to where its file is looked for.
      await rename(blob, pointer);
    });
  }

  snapshot(commit: string): string {
    return path.join(this.repository, 'snapshots', commit);
  }

  private ref(revision: string): string {
    return path.join(this.repository, 'refs', revision);
  }

  private blob(etag: string): string {
    return path.join(this.repository, 'blobs', etag);
  }

  private absence(commit: string, file: string): string {
    return path.join(this.repository, '.no_exist', commit, file);
  }

  /** Creates `folder`, unless a link in the cache would make it outside of the cache. */
  private async makeFolder(folder: string): Promise<void> {
    await mkdir(this.place, { recursive: true });
    for (let above = folder; above !== this.place; above = path.dirname(above)) {
      const real = await realpath(above).catch(() => null);
      if (real === null) continue;
      await this.checkInside(real, above);
      break;
    }
    await mkdir(folder, { recursive: true });
  }

  private async checkInside(real: string, named: string): Promise<void> {
    const inside = path.relative(await realpath(this.place), real);
    if (!inside.startsWith('..') && !path.isAbsolute(inside)) return;
    throw new ModelNotFoundError(
      `${named} leads out of the cache folder, to ${real}; nothing is read or written there. Remove that link, or set ` +
        'HF_HUB_CACHE to where the files really are.',
    );
  }
}

export function repositoryFolder(id: string): string {
  return `models--${id.replaceAll('/', '--')}`;
}

function symlinksAllowed(): boolean {
  return !/^(?:1|on|yes|true)$/i.test(localFiles.environment('HF_HUB_DISABLE_SYMLINKS') ?? '');
}

/** false where there can be no such links. */
async function makeLink(make: () => Promise<void>, pointer: string): Promise<boolean> {
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      await make();
      return true;
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) return false;
      await rm(pointer, { force: true }); // An older file or a broken link.
    }
  }
  return false;
}

async function samePlace(pointer: string, blob: string): Promise<boolean> {
  const [a, b] = await Promise.all([pointer, blob].map((file) => realpath(file).catch(() => null)));
  return a !== null && a === b;
}

async function exists(file: string): Promise<boolean> {
  return (await lstat(file).catch(() => null)) !== null;
}
