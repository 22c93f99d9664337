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
 */
export async function downloadModel(
  id: string,
  options: PretrainedOptions & { files?: readonly string[] } = {},
): Promise<string> {
  const { progressCallback, files, subfolder } = options;
  const report = progressCallback && new ProgressReport(id, progressCallback);
  const { repository, preload } = await openRepository(id, options, report);
  const wanted = files ?? [
    ...MODEL_FILES,
    ...IMAGE_PROCESSOR_FILES,
    ...TOKENIZER_FILES,
    ...OLDER_TOKENIZER_FILES,
  ];
  const found = await preload(wanted);
  if (!files && !SAFETENSORS_FILES.some((file) => found.has(file))) await preloadOthers(preload, found);
  const missing = files ? files.filter((file) => !found.has(file)) : [];
  if (found.size === 0 || missing.length > 0) {
    const names = missing.length > 0 ? missing.join(', ') : 'file of a CLIP model, such as config.json';
    throw new ModelNotFoundError(`${repository.name} has no ${names}.`);
  }
  report?.ready();
  const folder = await repository.folder();
  return subfolder ? `${folder}/${subfolder}` : folder;
}

/** Weights of other kinds are large, and one is enough. */
async function preloadOthers(preload: OpenRepository['preload'], found: Set<string>): Promise<void> {
  for (const file of OTHER_WEIGHT_FILES) {
    if (!(await preload([file])).has(file)) continue;
    found.add(file);
    if (!found.has('config.json')) await preload([OPEN_CLIP_CONFIG]);
    return;
  }
}
