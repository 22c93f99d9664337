// SPDX-License-Identifier: Apache-2.0
/** What is in the hub's cache: looking, tidying, checking, fetching ahead. */
import { hubPlatform } from '#hubStore';
import { ModelNotFoundError } from '../../errors.js';
import type { PretrainedOptions } from '../modelFiles.js';
import { ProgressReport } from '../progress.js';
import {
  IMAGE_PROCESSOR_FILES,
  MODEL_FILES,
  OLDER_TOKENIZER_FILES,
  OPEN_CLIP_CONFIG,
  OTHER_WEIGHT_FILES,
  SAFETENSORS_FILES,
  TOKENIZER_FILES,
} from './files.js';
import { type OpenRepository, openRepository } from './hubFiles.js';
import { checkId, checkRevision } from './names.js';
import { env } from './settings.js';

export interface CacheOptions {
  /** Default: `env.cacheDir`, or the folder that Python uses. */
  cacheDir?: string;
}

export interface CachedModel {
  id: string;
  /** Its folder. */
  path: string;
  /** Bytes on disk, those of downloads that broke off included. */
  size: number;
  /** Bytes of downloads that broke off; the next one goes on from there. */
  incomplete: number;
  revisions: CachedRevision[];
}

export interface CachedRevision {
  commit: string;
  /** Branches and tags that stood for it when the hub was last asked. */
  refs: string[];
  /** The folder with the files; a model can be loaded from it. */
  path: string;
  size: number;
  lastModified: Date;
  files: { name: string; size: number }[];
}

export interface CacheCheck {
  id: string;
  /** Contents whose hash was computed. */
  checked: number;
  /** Files that no hash is known of. */
  unknown: number;
  problems: { path: string; problem: string }[];
}

/** The models of the cache, Python's too, by name. None if there is no cache. */
export async function listCache({ cacheDir = env.cacheDir }: CacheOptions = {}): Promise<CachedModel[]> {
  return hubPlatform.cache(cacheDir).list();
}

/**
 * Removes a model, or one revision of it (a commit, or what refers to it) with the contents that no other one has.
 *
 * @returns the bytes that are free now
 * @throws ModelNotFoundError if it is not there
 */
export async function removeFromCache(
  id: string,
  { revision, cacheDir = env.cacheDir }: CacheOptions & { revision?: string } = {},
): Promise<number> {
  checkId(id);
  if (revision !== undefined) checkRevision(revision);
  return hubPlatform.cache(cacheDir).remove(id, revision);
}

/** Computes the hash of every content, and follows every link. @throws ModelNotFoundError if `id` is not there */
export async function verifyCache(
  id?: string,
  { cacheDir = env.cacheDir }: CacheOptions = {},
): Promise<CacheCheck[]> {
  if (id !== undefined) checkId(id);
  return hubPlatform.cache(cacheDir).verify(id);
}

/**
 * Fetches a model with its processor, for `fromPretrained` to find.
 *
 * @param options `files` names others than those of a CLIP model
 * @returns its folder in the cache
 * @throws ModelNotFoundError for a repository without weights, or without one of `files`; AccessError, DownloadError
 */
export async function downloadModel(
  id: string,
  options: PretrainedOptions & { files?: readonly string[] } = {},
): Promise<string> {
  const { progressCallback, files, subfolder } = options;
  const report = progressCallback && new ProgressReport(id, progressCallback);
  const hub = await openRepository(id, options, report);
  const found = await hub.preload(files ?? (await filesOfModel(hub)));
  const missing = files?.filter((file) => !found.has(file)) ?? [];
  if (missing.length > 0) {
    throw new ModelNotFoundError(`${hub.repository.name} has no ${missing.join(', ')}.`);
  }
  report?.ready();
  const folder = await hub.repository.folder();
  return subfolder ? `${folder}/${subfolder}` : folder;
}

/** Weights are asked for first: without them nothing is fetched. Those of other kinds are large, and one is enough. */
async function filesOfModel({ has, repository }: OpenRepository): Promise<string[]> {
  const others = [...IMAGE_PROCESSOR_FILES, ...TOKENIZER_FILES, ...OLDER_TOKENIZER_FILES];
  const usual = await Promise.all(SAFETENSORS_FILES.map(has));
  if (usual.includes(true)) return [...MODEL_FILES, ...others];
  for (const weights of OTHER_WEIGHT_FILES) {
    if (!(await has(weights))) continue;
    const config = (await has('config.json')) ? 'config.json' : OPEN_CLIP_CONFIG;
    return [weights, config, ...others];
  }
  const there = listed(await repository.list());
  throw new ModelNotFoundError(
    `${repository.name} has no weights of a CLIP model, so that nothing was fetched${there && `; it holds ${there}`}. ` +
      'Looked for were model.safetensors, pytorch_model.bin, tf_model.h5, flax_model.msgpack (whole or in shards) and ' +
      "OpenCLIP's file. Weights of other names are fetched when they are named (option files, or --include).",
  );
}

const MOST_LISTED = 12;

function listed(files: readonly string[]): string {
  const more = files.length - MOST_LISTED;
  return files.slice(0, MOST_LISTED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
