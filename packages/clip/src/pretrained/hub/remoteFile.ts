// SPDX-License-Identifier: Apache-2.0
/** What the hub says about a file before it is fetched: its commit, its ETag, its size. */
import { DownloadError } from '../../errors.js';
import { type HubRequest, request, retrying } from './http.js';
import { NoSuchFileError } from './hubErrors.js';
import { blobName, checkCommit } from './names.js';
import type { HubSettings } from './settings.js';

export interface RemoteFile {
  /** Of the repository, as the revision stands now. */
  commit: string;
  /** Names the blob. */
  etag: string;
  /** null where the server does not say it. */
  size: number | null;
}

export interface Repository {
  id: string;
  revision: string;
  settings: HubSettings;
}

/** `file` is null where the repository has none; `commit` too where the server does not tell that. */
export type RemoteAnswer =
  | { file: RemoteFile; commit: string }
  | { file: null; commit: string | null }
  | 'hidden';

/**
 * By HEAD, as Python asks, so that mirrors of every kind can answer. 'hidden' in browsers, where the answer is a
 * redirect: then `listFiles` tells.
 */
export async function askAbout(file: string, { id, revision, settings }: Repository): Promise<RemoteAnswer> {
  const asked: HubRequest = {
    what: `${file} of ${id}`,
    id,
    revision,
    method: 'HEAD',
    url: fileAddress(file, { id, revision, settings }),
    timeout: settings.etagTimeout,
    stopAtOtherHosts: true,
  };
  try {
    const { headers, opaque, status, cancel } = await retrying(settings, () => request(asked, settings));
    cancel();
    if (opaque) return 'hidden';
    const remote = readHeaders(headers, status >= 300, asked, settings);
    return { file: remote, commit: remote.commit };
  } catch (error) {
    if (!(error instanceof NoSuchFileError)) throw error;
    const { commit } = error;
    return { file: null, commit: commit === null ? null : checkCommit(commit, asked.what) };
  }
}

export function fileAddress(file: string, { id, revision, settings }: Repository): string {
  const path = file.split('/').map(encodeURIComponent).join('/');
  return `${settings.endpoint}/${id}/resolve/${encodeURIComponent(revision)}/${path}`;
}

/** Everything in the repository. */
export async function listFiles({
  id,
  revision,
  settings,
}: Repository): Promise<{ commit: string; files: Map<string, RemoteFile> }> {
  const what = `The list of files of ${id}`;
  const url = `${settings.endpoint}/api/models/${id}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const timeout = settings.etagTimeout;
  const text = await retrying(settings, async () => {
    const response = await request({ what, id, revision, method: 'GET', url, timeout }, settings);
    return readText(response.body(), what);
  });
  try {
    return readListing(JSON.parse(text), what);
  } catch (cause) {
    if (cause instanceof DownloadError) throw cause;
    throw new DownloadError(`${what} is not what a Hugging Face hub sends.`, { cause });
  }
}

function readHeaders(
  headers: Headers,
  redirect: boolean,
  { what }: HubRequest,
  { endpoint }: HubSettings,
): RemoteFile {
  const commit = headers.get('x-repo-commit');
  const etag = headers.get('x-linked-etag') ?? headers.get('etag');
  if (commit === null || etag === null) {
    throw new DownloadError(
      `${what}: ${endpoint} sends no ${commit === null ? 'X-Repo-Commit' : 'ETag'}, so it is no Hugging Face hub, or ` +
        'a proxy takes it away. Check HF_ENDPOINT.',
    );
  }
  const size = headers.get('x-linked-size') ?? (redirect ? null : headers.get('content-length'));
  return { commit: checkCommit(commit, what), etag: blobName(etag, what), size: readSize(size, what) };
}

function readSize(size: unknown, what: string): number | null {
  if (size === null || size === undefined) return null;
  const bytes = typeof size === 'string' && /^\d+$/.test(size) ? Number(size) : size;
  if (Number.isSafeInteger(bytes) && (bytes as number) >= 0) return bytes as number;
  throw new DownloadError(`${what}: the server says that it has ${String(size).slice(0, 40)} bytes.`);
}

interface Listing {
  sha: string;
  siblings: { rfilename: string; size?: number; blobId?: string; lfs?: { sha256: string; size: number } }[];
}

function readListing({ sha, siblings }: Listing, what: string) {
  const commit = checkCommit(sha, what);
  const files = new Map<string, RemoteFile>();
  for (const { rfilename, size, blobId, lfs } of siblings) {
    const etag = lfs?.sha256 ?? blobId;
    if (etag === undefined) continue;
    files.set(rfilename, {
      commit,
      etag: blobName(etag, what),
      size: readSize(lfs?.size ?? size, `${what}: ${rfilename}`),
    });
  }
  return { commit, files };
}

/** Far above any repository's. */
const LONGEST_LIST = 32 * 2 ** 20;

async function readText(parts: AsyncIterable<Uint8Array>, what: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const part of parts) {
    text += decoder.decode(part, { stream: true });
    if (text.length > LONGEST_LIST) throw new DownloadError(`${what} does not end.`);
  }
  return text + decoder.decode();
}
