// SPDX-License-Identifier: Apache-2.0
/** A dataset of what a program has at hand. */
import { InvalidArgumentError } from 'tfjs-clip';
import type { ImageTextDataset } from './dataset.js';
import { TableDataset } from './tableDataset.js';

export interface Example {
  /** Its number by default. */
  key?: string;
  /** An encoded picture: the bytes of a file, or a file that was chosen in a page. */
  image: Uint8Array | Blob;
  captions: string | readonly string[];
  group?: string;
}

/** @throws InvalidArgumentError for no example */
export function datasetOf(examples: readonly Example[], name = 'examples'): ImageTextDataset {
  if (examples.length === 0) throw new InvalidArgumentError('examples is empty; give at least one.');
  const table = {
    size: examples.length,
    keyOf: (index: number) => examples[index].key ?? String(index),
    row: (index: number) => ({ ...examples[index], image: String(index) }),
  };
  return new TableDataset(name, `${examples.length} examples`, table, (index) =>
    bytesOf(examples[Number(index)].image),
  );
}

async function bytesOf(image: Uint8Array | Blob): Promise<Uint8Array> {
  return image instanceof Blob ? new Uint8Array(await image.arrayBuffer()) : image;
}
