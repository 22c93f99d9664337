// SPDX-License-Identifier: Apache-2.0
/** What every format of image-text data yields. */

export interface ImageTextRecord {
  /** Unique in its dataset: names the record in messages, and decides its random choices. */
  readonly key: string;
  /** At least one. */
  readonly captions: readonly string[];
  /** Records of one group show the same thing: with several positives, each is one of each. By default a record is its own. */
  readonly group?: string;
  /** The encoded picture, as `loadImage` of tfjs-clip decodes it. */
  readImage(): Promise<Uint8Array>;
}

/** One pass over a dataset. */
export interface Pass {
  /** From 0. */
  epoch: number;
  /** Shuffles; the same seed and epoch give the same order. `null`: the order of the files. */
  seed: number | null;
}

export interface ImageTextDataset {
  readonly name: string;
  /** How many records, broken ones with them; null where only reading them all would tell, as of shards. */
  readonly size: number | null;
  /** Records one after the other; a broken one is told to `onBroken` in its place, and left out. */
  records(pass: Pass, onBroken?: (problem: BrokenRecord) => void): AsyncIterable<ImageTextRecord>;
}

/** A dataset that was found in files. */
export interface FileDataset extends ImageTextDataset {
  /** What was found, for people: `CSV separated by tabs, 17 rows, pictures in 'filepath', captions in 'title'`. */
  describe(): string;
}

export interface BrokenRecord {
  /** Of the record, or where it stands: `train.jsonl:17`. */
  key: string;
  problem: string;
}
