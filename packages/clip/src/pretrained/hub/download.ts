// SPDX-License-Identifier: Apache-2.0
/** One file from the hub into a partial blob: on from where an earlier attempt broke off, checked at the end. */
import { hubPlatform } from '#hubStore';
import { DownloadError } from '../../errors.js';
import { type HubResponse, request, retrying } from './http.js';
import { TransientError } from './hubErrors.js';
import { bareEtag } from './names.js';
import { fileAddress, type RemoteFile, type Repository } from './remoteFile.js';
import type { PartialBlob } from './store.js';
import { BlobVerifier, isContentHash } from './verify.js';

export type OnBytes = (loaded: number, total: number | null) => void;

/** @throws DownloadError, AccessError, the signal's reason; what has come by then stays in `partial` for the next time */
export async function download(
  file: string,
  remote: RemoteFile,
  repository: Repository,
  partial: PartialBlob,
  onBytes: OnBytes,
): Promise<void> {
  // Where nothing tells in the end whether both halves belong together, a half of another time is no use.
  const useful = isContentHash(remote.etag) && remote.size !== null && partial.size <= remote.size;
  if (!useful) await partial.clear();
  const transfer = new Transfer(file, remote, repository, partial, onBytes);
  await transfer.run();
}

class Transfer {
  private readonly what: string;
  private size: number | null;
  private verifier: BlobVerifier;
  /** Of what is there, as the server that sent it calls it: the rest must be of the same. */
  private serverEtag: string | null = null;
  /** What is there did not come in one piece. */
  private spliced: boolean;
  /** The most that was ever there: only what goes beyond it is progress. */
  private farthest: number;

  constructor(
    private readonly file: string,
    private readonly remote: RemoteFile,
    private readonly repository: Repository,
    private readonly partial: PartialBlob,
    private readonly onBytes: OnBytes,
  ) {
    this.what = `${file} of ${repository.id}`;
    this.size = remote.size;
    this.spliced = partial.size > 0;
    this.farthest = partial.size;
    this.verifier = newVerifier(remote);
  }

  async run(): Promise<void> {
    let mismatch = await this.attempt();
    // Halves that do not belong together say nothing about the file as it is now.
    if (mismatch !== null && this.spliced) mismatch = await this.attempt();
    if (mismatch === null) return;
    throw new DownloadError(
      `${this.what} came broken: its hash is ${mismatch}, the hub says ${this.remote.etag}. Nothing of it was kept; try again.`,
    );
  }

  /** @returns the hash, if it is wrong; nothing is kept then */
  private async attempt(): Promise<string | null> {
    for await (const part of this.partial.content()) {
      this.repository.settings.signal?.throwIfAborted();
      this.verifier.update(part);
    }
    await this.partial.checkRoom((this.size ?? 0) - this.partial.size);
    await retrying(this.repository.settings, (progressed) => this.receive(progressed));
    const mismatch = await this.verifier.mismatch();
    if (mismatch !== null) await this.restart();
    return mismatch;
  }

  private async receive(progressed: () => void): Promise<void> {
    if (this.partial.size === this.size) return;
    const response = await this.ask();
    await this.checkAnswer(response);
    const before = this.partial.size;
    try {
      for await (const part of response.body()) {
        await this.take(part);
        if (this.partial.size > this.farthest) progressed();
        this.farthest = Math.max(this.farthest, this.partial.size);
      }
    } finally {
      response.cancel();
    }
    if (this.size === null || this.partial.size === this.size) return;
    throw new TransientError(
      `${this.what} cannot be fetched: it has ${this.size} bytes, and the server sent ${this.partial.size - before} of ` +
        `the last ${this.size - before}. Try again later.`,
    );
  }

  private async ask(): Promise<HubResponse> {
    const { id, revision, settings } = this.repository;
    // No If-Range: the networks that large files come from do not let pages send it. checkAnswer sees to it instead.
    const headers = this.partial.size > 0 ? { Range: `bytes=${this.partial.size}-` } : undefined;
    const url = fileAddress(this.file, this.repository);
    const timeout = settings.downloadTimeout;
    try {
      return await request({ what: this.what, id, revision, method: 'GET', url, headers, timeout }, settings);
    } catch (error) {
      // Such as 416: a partial blob that the server cannot go on from would be refused for ever.
      if (error instanceof DownloadError && !(error instanceof TransientError)) await this.partial.clear();
      throw error;
    }
  }

  /** That the answer is the file asked for, from where it was asked for. */
  private async checkAnswer(response: HubResponse): Promise<void> {
    const { headers, status } = response;
    const etag = headers.get('etag');
    const linked = headers.get('x-linked-etag') ?? (response.foreign ? null : etag);
    if (linked !== null && bareEtag(linked) !== this.remote.etag) {
      throw await this.refusal(response, 'it changed on the server meanwhile');
    }
    if (status === 206) {
      await this.checkRange(response);
      this.spliced = true;
    } else if (status === 200) {
      await this.restart();
      this.size ??= this.sizeOf(headers);
    } else {
      throw await this.refusal(response, `the server answers with status ${status}`);
    }
    // Weak ones say that two answers mean the same, not that they are the same bytes.
    this.serverEtag = etag?.startsWith('"') ? etag : null;
  }

  private async checkRange(response: HubResponse): Promise<void> {
    const etag = response.headers.get('etag');
    const changed = this.serverEtag === null ? !isContentHash(this.remote.etag) : etag !== this.serverEtag;
    if (changed) {
      response.cancel();
      await this.restart();
      throw new TransientError(
        `${this.what} cannot be fetched: the server's file keeps changing. Try again later.`,
      );
    }
    const range = response.headers.get('content-range');
    const [, start, , total] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(range ?? '') ?? [];
    const sound =
      Number(start) === this.partial.size &&
      (total === '*' || this.size === null || Number(total) === this.size);
    // Pages may not always see it; the hash tells in the end.
    if (sound || (range === null && isContentHash(this.remote.etag))) return;
    throw await this.refusal(
      response,
      `bytes from ${this.partial.size} on of ${this.size} were asked for, and the server sends '${range?.slice(0, 60)}'`,
    );
  }

  private async take(part: Uint8Array): Promise<void> {
    const loaded = this.partial.size + part.length;
    if (this.size !== null && loaded > this.size) {
      await this.partial.clear();
      throw new DownloadError(
        `${this.what} has ${this.size} bytes, and the server sends more. Nothing of it was kept; try again.`,
      );
    }
    await this.partial.append(part);
    this.verifier.update(part);
    this.onBytes(loaded, this.size);
  }

  private sizeOf(headers: Headers): number | null {
    const length = headers.get('content-length');
    const encoded = (headers.get('content-encoding') ?? 'identity') !== 'identity';
    return length === null || encoded ? null : Number(length);
  }

  private async restart(): Promise<void> {
    if (this.partial.size === 0) return;
    await this.partial.clear();
    this.verifier = newVerifier(this.remote);
  }

  private async refusal(response: HubResponse, reason: string): Promise<DownloadError> {
    response.cancel();
    await this.partial.clear();
    return new DownloadError(`${this.what} cannot be fetched: ${reason}. Nothing of it was kept; try again.`);
  }
}

function newVerifier({ etag, size }: RemoteFile): BlobVerifier {
  return new BlobVerifier(etag, size, hubPlatform.hash);
}
