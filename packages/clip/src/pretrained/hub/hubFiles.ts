// SPDX-License-Identifier: Apache-2.0
/** A hub repository as the files of a model, fetched when they are asked for. */
import type { ByteSource } from '@tfjs-clip/safetensors';
import type { ModelFiles, PretrainedOptions } from '../modelFiles.js';
import type { PeekedSource } from '../peekedSource.js';
import { type ProgressReport, reportReading } from '../progress.js';
import { HubRepository } from './repository.js';
import { hubSettings } from './settings.js';

const INDEX = /\.index\.json$/;
/** Far above any tokenizer.json; a file that is read whole and is larger is not what it says. */
const LARGEST_SMALL_FILE = 64 * 2 ** 20;

export async function hubFiles(
  id: string,
  options: PretrainedOptions,
  progress?: ProgressReport,
): Promise<ModelFiles> {
  const { repository, open, peek, preload } = await openRepository(id, options, progress);
  return {
    get name() {
      return repository.name;
    },
    open,
    peek,
    async read(file) {
      const source = await open(file, LARGEST_SMALL_FILE);
      return source && readWhole(source);
    },
    async preload(files) {
      await preload(files);
    },
  };
}

export interface OpenRepository {
  repository: HubRepository;
  /** @param largest bytes; a larger file is refused */
  open(file: string, largest?: number): Promise<ByteSource | null>;
  peek(file: string): Promise<PeekedSource | null>;
  has(file: string): Promise<boolean>;
  /** @returns those of `files` that there are */
  preload(files: readonly string[]): Promise<Set<string>>;
}

export async function openRepository(
  id: string,
  options: PretrainedOptions,
  progress?: ProgressReport,
): Promise<OpenRepository> {
  const { revision = 'main', subfolder } = options;
  const repository = new HubRepository(id, revision, await hubSettings(options), progress);
  const at = (file: string) => (subfolder ? `${subfolder}/${file}` : file);
  /** Whose fetching was reported: what is read afterwards is no progress. */
  const fetched = new Set<string>();

  async function obtain(file: string, largest?: number) {
    const stored = await repository.file(at(file), largest);
    if (stored?.fresh) fetched.add(file);
    return stored;
  }

  async function open(file: string, largest?: number) {
    const source = await (await obtain(file, largest))?.open(`${id}/${at(file)}`);
    if (!source) return null;
    return progress && !fetched.has(file) ? reportReading(source, at(file), progress) : source;
  }

  async function obtainWithShards(file: string): Promise<boolean> {
    const stored = await obtain(file, INDEX.test(file) ? LARGEST_SMALL_FILE : undefined);
    if (!stored || !INDEX.test(file)) return stored !== null;
    const shards = shardsIn(await readWhole(await stored.open(file)));
    await all(shards.map((shard) => obtain(shard)));
    return true;
  }

  async function preload(files: readonly string[]) {
    const found = await all(files.map(obtainWithShards));
    return new Set(files.filter((_, i) => found[i]));
  }

  const peek = (file: string) => repository.peek(at(file));
  const has = (file: string) => repository.has(at(file));
  return { repository, open, peek, has, preload };
}

async function readWhole(source: ByteSource): Promise<Uint8Array> {
  try {
    return await source.read(0, source.size);
  } finally {
    await source.close();
  }
}

/** A broken index is refused by who reads it, with better words. */
function shardsIn(index: Uint8Array): string[] {
  try {
    const { weight_map } = JSON.parse(new TextDecoder().decode(index));
    return [...new Set(Object.values(weight_map))].filter((file) => typeof file === 'string');
  } catch {
    return [];
  }
}

/** Promise.all that leaves nothing running when one fails. */
async function all<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
