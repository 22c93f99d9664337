// SPDX-License-Identifier: Apache-2.0
/** A repository at one revision: its files out of the cache, or off the hub into the cache. */
import { hubPlatform } from '#hubStore';
import { ModelNotFoundError, TFCLIPError } from '../../errors.js';
import { PagedSource } from '../pagedSource.js';
import { type PeekedSource, peekedSource } from '../peekedSource.js';
import type { ProgressReport } from '../progress.js';
import { download } from './download.js';
import { NoSuchRevisionError } from './hubErrors.js';
import { Limit } from './limit.js';
import { checkFile, checkId, checkRevision, isCommit } from './names.js';
import { askAbout, listFiles, type RemoteAnswer, type RemoteFile, type Repository } from './remoteFile.js';
import { NoRangesError, RemoteSource } from './remoteSource.js';
import type { HubSettings } from './settings.js';
import type { HubStore, StoredFile } from './store.js';

const MOST_DOWNLOADS = 4;

/** What all files of one load are taken from. */
interface Pin {
  commit: string;
  /** The hub is not to be asked, or could not be. */
  cachedOnly: boolean;
}

export interface FetchedFile extends StoredFile {
  /** Came over the network just now. */
  fresh: boolean;
}

export class HubRepository {
  readonly store: HubStore;
  private outOfReach = false;
  private pin: Promise<Pin | null> | null = null;
  private listing: ReturnType<typeof listFiles> | null = null;
  /** What the hub said of each file at the commit, so that it is asked once. */
  private readonly answers = new Map<string, RemoteFile | null>();
  private readonly running = new Map<string, Promise<FetchedFile | null>>();
  private readonly fetched = new Set<string>();
  private readonly limit = new Limit(MOST_DOWNLOADS);

  constructor(
    readonly id: string,
    private readonly revision: string,
    private readonly settings: HubSettings,
    private readonly progress?: ProgressReport,
  ) {
    checkId(id);
    checkRevision(revision);
    this.store = hubPlatform.openStore(id, settings.cacheDir);
  }

  /** What error messages call it: that a file is missing may be the cache's fault. */
  get name(): string {
    if (this.settings.offline) return `${this.id} (offline, as it is in ${this.store.place})`;
    if (this.outOfReach) return `${this.id} (the hub is out of reach; as it is in ${this.store.place})`;
    return this.id;
  }

  /** @returns null if the repository has no such file. @param largest bytes; a larger file is not fetched, but refused */
  file(file: string, largest = Number.POSITIVE_INFINITY): Promise<FetchedFile | null> {
    checkFile(this.id, file);
    const running = this.running.get(file) ?? this.find(file, largest);
    this.running.set(file, running);
    const forget = () => this.running.delete(file);
    running.then(forget, forget);
    return running;
  }

  /** Where the files are, once one has been found. */
  async folder(): Promise<string> {
    return this.store.snapshot((await this.pin)!.commit);
  }

  /** Fetches nothing. */
  async has(file: string): Promise<boolean> {
    checkFile(this.id, file);
    return (await this.locate(file)) !== null;
  }

  /** The names of all files, in order; none where the hub does not tell. */
  async list(): Promise<string[]> {
    const pin = await this.pin;
    if (!pin || pin.cachedOnly) return [];
    const at = { id: this.id, revision: pin.commit, settings: this.settings };
    return this.listed(at).then(
      ({ files }) => [...files.keys()].sort(),
      () => [],
    );
  }

  /** As `file`, but what is not in the cache is read where it is, if the server can send parts. */
  async peek(file: string): Promise<PeekedSource | null> {
    checkFile(this.id, file);
    const located = await this.locate(file);
    if (located === null) return null;
    const name = `${this.id}/${file}`;
    if ('open' in located) return peekedSource(await located.open(name), () => 0);
    const inCache = !this.settings.forceDownload && (await this.store.hasBlob(located.etag));
    const remote = inCache ? null : await this.openRemote(file, located);
    if (remote) return remote;
    const stored = (await this.file(file))!;
    const fetched = inCache ? 0 : stored.size;
    return peekedSource(await stored.open(name), () => fetched, !inCache);
  }

  /** null where the server sends whole files only. */
  private async openRemote(file: string, remote: RemoteFile): Promise<PeekedSource | null> {
    if (!remote.size) return null;
    const at = { id: this.id, revision: remote.commit, settings: this.settings };
    const source = new RemoteSource(file, remote.size, remote, at);
    const paged = new PagedSource(source);
    try {
      await paged.read(0, 1);
    } catch (error) {
      if (error instanceof NoRangesError) return null;
      throw error;
    }
    return peekedSource(paged, () => source.fetched);
  }

  private async find(file: string, largest: number): Promise<FetchedFile | null> {
    const located = await this.locate(file);
    if (located === null) return null;
    this.checkSize(file, located.size, largest);
    if ('open' in located) return { ...located, fresh: false };
    return this.limit.run(() => this.fetchFile(file, located));
  }

  /** In the cache, or else at the hub; null if the repository has no such file. */
  private async locate(file: string): Promise<StoredFile | RemoteFile | null> {
    const pin = await this.pinned(file);
    if (pin === null) return null;
    const { commit, cachedOnly } = pin;
    if (!this.settings.forceDownload || this.fetched.has(file)) {
      const found = await this.store.find(commit, file);
      if (found === 'absent') return null;
      if (found) return found;
    }
    if (cachedOnly) return null;
    const remote = await this.remote(file, commit);
    // A cache that cannot be written is asked again.
    if (remote === null) await this.store.setAbsent(commit, file).catch(() => {});
    return remote;
  }

  /** The first file asked for decides on the commit; null if there is neither that file nor a word of the commit. */
  private pinned(file: string): Promise<Pin | null> {
    this.pin ??= this.makePin(file).then(
      (pin) => {
        if (pin === null) this.pin = null;
        return pin;
      },
      (error) => {
        this.pin = null;
        throw error;
      },
    );
    return this.pin;
  }

  private async makePin(file: string): Promise<Pin | null> {
    const { offline } = this.settings;
    if (isCommit(this.revision)) {
      if (offline && !(await this.store.hasCommit(this.revision))) throw await this.notCached();
      return { commit: this.revision, cachedOnly: offline };
    }
    const known = await this.store.commitOf(this.revision);
    if (offline) {
      if (known) return { commit: known, cachedOnly: true };
      throw await this.notCached();
    }
    try {
      // With an older state at hand, the hub is asked only once.
      const settings = known ? { ...this.settings, retries: 0 } : this.settings;
      const { commit, file: remote } = await this.ask(file, this.revision, settings);
      if (commit === null) return null;
      this.answers.set(file, remote);
      await this.store.setCommit(this.revision, commit).catch(() => {}); // Needed only when the hub is out of reach.
      return { commit, cachedOnly: false };
    } catch (error) {
      const passing = error instanceof TFCLIPError && !(error instanceof NoSuchRevisionError);
      if (!passing || !known || this.settings.forceDownload) throw error;
      this.outOfReach = true;
      return { commit: known, cachedOnly: true };
    }
  }

  private async remote(file: string, commit: string): Promise<RemoteFile | null> {
    const known = this.answers.get(file);
    if (known !== undefined) return known;
    const remote = (await this.ask(file, commit, this.settings)).file;
    this.answers.set(file, remote);
    return remote;
  }

  private async ask(
    file: string,
    revision: string,
    settings: HubSettings,
  ): Promise<Exclude<RemoteAnswer, 'hidden'>> {
    const at = { id: this.id, revision, settings };
    if (!this.listing) {
      const answer = await askAbout(file, at);
      if (answer !== 'hidden') return answer;
    }
    const { commit, files } = await this.listed(at);
    const remote = files.get(file) ?? null;
    return remote ? { file: remote, commit } : { file: null, commit };
  }

  private listed(at: Repository): ReturnType<typeof listFiles> {
    this.listing ??= listFiles(at).catch((error) => {
      this.listing = null;
      throw error;
    });
    return this.listing;
  }

  private async fetchFile(file: string, remote: RemoteFile): Promise<FetchedFile> {
    const { store } = this;
    const { signal, forceDownload } = this.settings;
    this.progress?.initiate(file, remote.size ?? undefined);
    const unlock = await store.lock(remote.etag, signal);
    try {
      if (forceDownload || !(await store.hasBlob(remote.etag))) await this.fetchBlob(file, remote);
      await store.link(remote.commit, file, remote.etag);
    } finally {
      await unlock();
    }
    const stored = await store.find(remote.commit, file);
    if (stored === null || stored === 'absent') {
      throw new ModelNotFoundError(
        `${file} of ${this.id} vanished from ${store.place} while it was fetched; try again.`,
      );
    }
    this.progress?.done(file, stored.size);
    this.fetched.add(file);
    return { ...stored, fresh: true };
  }

  private async fetchBlob(file: string, remote: RemoteFile): Promise<void> {
    const partial = await this.store.partial(remote.etag);
    try {
      if (this.settings.forceDownload) await partial.clear();
      this.progress?.download(file);
      const at = { id: this.id, revision: remote.commit, settings: this.settings };
      await download(file, remote, at, partial, (loaded, total) => this.progress?.bytes(file, loaded, total));
      await partial.complete();
    } finally {
      await partial.close();
    }
  }

  private checkSize(file: string, size: number | null, largest: number): void {
    if (size === null || size <= largest) return;
    throw new ModelNotFoundError(
      `${file} of ${this.id} has ${size} bytes; a file of this kind has at most ${largest}. It is not what its name says.`,
    );
  }

  private async notCached(): Promise<ModelNotFoundError> {
    const cached = await hubPlatform
      .cache(this.settings.cacheDir)
      .list()
      .catch(() => []); // In Node only.
    const revisions = cached.find(({ id }) => id === this.id)?.revisions ?? [];
    const there = revisions.flatMap(({ refs, commit }) => [...refs, commit]).join(', ');
    return new ModelNotFoundError(
      `${this.id} at revision '${this.revision}' is not in ${this.store.place}, and the hub is not asked: allow it ` +
        `(localFilesOnly: false, no HF_HUB_OFFLINE), or fetch the model before.${there && ` There it is at ${there}.`}`,
    );
  }
}
