// SPDX-License-Identifier: Apache-2.0
/** What may name a repository, a revision, a file and a blob. Each of them becomes part of a path or an address. */
import { DownloadError, InvalidArgumentError } from '../../errors.js';

const COMMIT = /^[0-9a-f]{40}$/;
const ID = /^[\w.-]{1,96}\/[\w.-]{1,96}$/;
const REVISION = /^(?![/.])(?!.*(?:\.\.|\/[/.]|[/.]$))[^\s~^:?*[\]\\\x00-\x1f\x7f]{1,200}$/;
const FILE = /^(?!.*(?:^|\/)\.{0,2}(?:\/|$))[^\\:?#\x00-\x1f]{1,500}$/;
const ETAG = /^(?!\.)[\w.+=-]{1,128}$/;

/** The hub's own rules. */
export function checkId(id: string): void {
  const sound =
    ID.test(id) &&
    !id.includes('--') &&
    !id.includes('..') &&
    id.split('/').every((part) => isSoundPart(part));
  if (sound) return;
  throw new InvalidArgumentError(
    `'${id}' is no Hugging Face id: one is made of an owner and a name, such as 'openai/clip-vit-base-patch32', of ` +
      "letters, digits, '-', '_' and '.', with no '--' or '..' and no '-' or '.' at an end.",
  );
}

export function checkRevision(revision: string): void {
  if (REVISION.test(revision)) return;
  throw new InvalidArgumentError(
    `revision '${revision}' must be a branch, a tag or a commit, such as 'main' or 'refs/pr/1'.`,
  );
}

/** A file that a repository's own index names is checked too. */
export function checkFile(id: string, file: string): void {
  if (FILE.test(file)) return;
  throw new InvalidArgumentError(`'${file}' cannot be a file of ${id}: it leads out of the repository.`);
}

export function isCommit(revision: string): boolean {
  return COMMIT.test(revision);
}

/** Without quotes and the mark of weakness, as Python takes them off. */
export function bareEtag(etag: string): string {
  return etag.replace(/^[W/]+/, '').replace(/^"+|"+$/g, '');
}

/** @throws DownloadError for what a server sent and no file can be named after */
export function blobName(etag: string, where: string): string {
  const name = bareEtag(etag);
  if (ETAG.test(name)) return name;
  throw new DownloadError(
    `${where}: the server's ETag ${JSON.stringify(etag.slice(0, 80))} cannot name a file in the cache. Is it a Hugging Face hub?`,
  );
}

export function checkCommit(commit: string, where: string): string {
  if (isCommit(commit)) return commit;
  throw new DownloadError(
    `${where}: the server's X-Repo-Commit ${JSON.stringify(commit.slice(0, 80))} is no commit. Is it a Hugging Face hub?`,
  );
}

function isSoundPart(part: string): boolean {
  return !/^[-.]|[-.]$/.test(part) && !part.endsWith('.git');
}
