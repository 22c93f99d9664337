// SPDX-License-Identifier: Apache-2.0
/**
 * Shards of tar: files that follow each other and share their name up to the first dot are a record, `000017.jpg` with
 * `000017.txt` or `000017.json`. They are streamed, and shuffled as webdataset does it: the shards, and the records that are
 * held in a buffer.
 */

import { InvalidArgumentError } from 'tfjs-clip';
import { dataFiles } from '#dataFiles';
import { permutation, type Random, randomFor } from '../../random.js';
import type { BrokenRecord, FileDataset, ImageTextRecord, Pass } from '../dataset.js';
import { nameOf, PICTURE } from '../files/files.js';
import { captionsIn } from '../tableDataset.js';
import { expandBraces } from './braces.js';
import { readTar, type TarFile } from './tar.js';

export interface WebDatasetOptions {
  /** Records that are held, with their pictures, to choose the next one from. Default 1000. */
  shuffleBuffer?: number;
}

type OnBroken = (problem: BrokenRecord) => void;

/** @param pattern a shard, or several: `train-{0000..0123}.tar`. @throws InvalidArgumentError */
export async function openWebDataset(
  pattern: string,
  { shuffleBuffer = 1000 }: WebDatasetOptions = {},
): Promise<FileDataset> {
  if (!Number.isInteger(shuffleBuffer) || shuffleBuffer < 1) {
    throw new InvalidArgumentError(
      `shuffleBuffer is ${shuffleBuffer}, but must be a whole number of at least 1.`,
    );
  }
  const shards = expandBraces(pattern);
  if ((await dataFiles.kindOf(shards[0])) !== 'file') {
    throw new InvalidArgumentError(`There is no shard '${shards[0]}'.`);
  }
  return new WebDataset(nameOf(pattern), shards, shuffleBuffer);
}

class WebDataset implements FileDataset {
  readonly size = null;

  constructor(
    readonly name: string,
    private readonly shards: readonly string[],
    private readonly shuffleBuffer: number,
  ) {}

  describe(): string {
    const { length } = this.shards;
    return `webdataset, ${length} ${length === 1 ? 'shard' : 'shards'} of tar, read as a stream`;
  }

  records({ epoch, seed }: Pass, onBroken: OnBroken = () => {}): AsyncIterable<ImageTextRecord> {
    if (seed === null) return this.inOrder(this.shards, onBroken);
    const order = permutation(this.shards.length, randomFor(seed, 'shards', epoch));
    const shards = [...order].map((index) => this.shards[index]);
    return shuffled(this.inOrder(shards, onBroken), this.shuffleBuffer, randomFor(seed, 'buffer', epoch));
  }

  private async *inOrder(shards: readonly string[], onBroken: OnBroken): AsyncGenerator<ImageTextRecord> {
    for (const shard of shards) {
      for await (const [key, files] of samplesIn(shard, onBroken)) {
        const record = recordOrProblem(key, files, onBroken);
        if (record) yield record;
      }
    }
  }
}

type Sample = [key: string, files: readonly TarFile[]];

/** A shard that is absent or cut off is a problem, and the end of it. */
async function* samplesIn(shard: string, onBroken: OnBroken): AsyncGenerator<Sample> {
  const archive = readTar(dataFiles.stream(shard));
  let stem = '';
  let files: TarFile[] = [];
  const sample = (): Sample => [`${nameOf(shard)}/${stem}`, files];
  try {
    for (let next = await archive.next(); !next.done; next = await archive.next()) {
      const stemOfNext = next.value.name.replace(/\.[^/]*$/, '');
      if (stemOfNext !== stem && files.length > 0) {
        yield sample();
        files = [];
      }
      stem = stemOfNext;
      files.push(next.value);
    }
  } catch (error) {
    onBroken({ key: nameOf(shard), problem: (error as Error).message });
    files = []; // may lack what was cut off
  } finally {
    await archive.return(undefined);
  }
  if (files.length > 0) yield sample();
}

function recordOrProblem(key: string, files: readonly TarFile[], onBroken: OnBroken): ImageTextRecord | null {
  try {
    return recordOf(key, files);
  } catch (error) {
    onBroken({ key, problem: (error as Error).message });
    return null;
  }
}

function recordOf(key: string, files: readonly TarFile[]): ImageTextRecord {
  const picture = files.find(({ name }) => PICTURE.test(name));
  if (!picture) throw new Error('it has no picture');
  return { key, captions: captionsIn(captionsOf(files)), readImage: async () => picture.bytes };
}

/** What .txt says, whole, as open_clip reads it; or else `caption`, `captions` or `text` in .json. */
function captionsOf(files: readonly TarFile[]): unknown {
  const textOf = (extension: string) => {
    const file = files.find(({ name }) => name.toLowerCase().endsWith(extension));
    return file && new TextDecoder().decode(file.bytes);
  };
  const text = textOf('.txt');
  if (text !== undefined) return text;
  const json = JSON.parse(textOf('.json') ?? '{}');
  return json?.captions ?? json?.caption ?? json?.text;
}

/** Keeps a number of records, and gives one of them at random whenever another comes. */
async function* shuffled(
  records: AsyncIterable<ImageTextRecord>,
  size: number,
  random: Random,
): AsyncGenerator<ImageTextRecord> {
  const held: ImageTextRecord[] = [];
  for await (const record of records) {
    if (held.length < size) held.push(record);
    else {
      const chosen = Math.floor(random() * size);
      const out = held[chosen];
      held[chosen] = record;
      yield out;
    }
  }
  for (const index of permutation(held.length, random)) yield held[index];
}
