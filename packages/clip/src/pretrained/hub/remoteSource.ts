// SPDX-License-Identifier: Apache-2.0
/** A file of the hub read where it is, by range requests (RFC 9110 §14); nothing is stored. */
import type { ByteSource } from '@tfjs-clip/safetensors';
import { DownloadError } from '../../errors.js';
import { type HubResponse, request, retrying } from './http.js';
import { TransientError } from './hubErrors.js';
import { bareEtag } from './names.js';
import { fileAddress, type RemoteFile, type Repository } from './remoteFile.js';

/** The server sends whole files only, or a page may not see which part it sends. */
export class NoRangesError extends DownloadError {}

export class RemoteSource implements ByteSource {
  readonly name: string;
  /** Bytes that have come over the network, those of attempts that broke off too. */
  fetched = 0;
  private readonly what: string;
  private readonly url: string;
  /** As the server that sends the bytes calls them: all parts must be of the same. */
  private serverEtag: string | null = null;

  constructor(
    file: string,
    readonly size: number,
    private readonly remote: RemoteFile,
    private readonly repository: Repository,
  ) {
    this.what = `${file} of ${repository.id}`;
    this.name = `${repository.id}/${file}`;
    this.url = fileAddress(file, repository);
  }

  /** @throws NoRangesError, DownloadError, AccessError, the signal's reason */
  read(offset: number, length: number): Promise<Uint8Array> {
    return retrying(this.repository.settings, () => this.receive(offset, length));
  }

  async close(): Promise<void> {}

  private async receive(offset: number, length: number): Promise<Uint8Array> {
    const { id, revision, settings } = this.repository;
    const headers = { Range: `bytes=${offset}-${offset + length - 1}` };
    const timeout = settings.downloadTimeout;
    const asked = { what: this.what, id, revision, method: 'GET', url: this.url, headers, timeout } as const;
    const response = await request(asked, settings);
    try {
      this.checkAnswer(response, offset, length);
      return await this.bodyOf(response, length);
    } finally {
      response.cancel();
    }
  }

  private checkAnswer({ status, headers, foreign }: HubResponse, offset: number, length: number): void {
    const range = headers.get('content-range');
    if (status === 200 || range === null) {
      throw new NoRangesError(
        `${this.what} cannot be read: the server sends its parts no longer. Try again, or download it first.`,
      );
    }
    const etag = headers.get('etag');
    const linked = headers.get('x-linked-etag') ?? (foreign ? null : etag);
    this.serverEtag ??= etag;
    if ((linked !== null && bareEtag(linked) !== this.remote.etag) || etag !== this.serverEtag) {
      throw new DownloadError(`${this.what} cannot be read: it changed on the server meanwhile. Try again.`);
    }
    if (status === 206 && range === `bytes ${offset}-${offset + length - 1}/${this.size}`) return;
    throw new DownloadError(
      `${this.what} cannot be read: bytes ${offset} to ${offset + length - 1} of ${this.size} were asked for, and the ` +
        `server sends '${range.slice(0, 60)}'.`,
    );
  }

  /** No more than `length` bytes are ever held. */
  private async bodyOf(response: HubResponse, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    let received = 0;
    for await (const part of response.body()) {
      this.fetched += part.length;
      if (received + part.length > length) {
        throw new DownloadError(
          `${this.what} cannot be read: ${length} bytes were asked for, and more came.`,
        );
      }
      bytes.set(part, received);
      received += part.length;
    }
    if (received === length) return bytes;
    throw new TransientError(
      `${this.what} cannot be read: the server sent ${received} of ${length} bytes. Try again later.`,
    );
  }
}
