// SPDX-License-Identifier: Apache-2.0
/** Records that a table numbers, so that they can be taken in any order. */
import { permutation, randomFor } from '../random.js';
import type { BrokenRecord, FileDataset, ImageTextRecord, Pass } from './dataset.js';

/** A record as it stands in a table, unchecked. */
export interface Row {
  image: unknown;
  /** One, or several. */
  captions: unknown;
  group?: string;
}

/** How many rows there are, and each when it is asked for: a million of them are not held as objects. */
export interface Table {
  readonly size: number;
  keyOf(index: number): string;
  /** @throws for a row that cannot be read */
  row(index: number): Row | Promise<Row>;
}

export class TableDataset implements FileDataset {
  /** @param readImage of the path that a row has */
  constructor(
    readonly name: string,
    private readonly description: string,
    private readonly table: Table,
    private readonly readImage: (image: string) => Promise<Uint8Array>,
  ) {}

  get size(): number {
    return this.table.size;
  }

  describe(): string {
    return this.description;
  }

  async *records(
    { epoch, seed }: Pass,
    onBroken?: (problem: BrokenRecord) => void,
  ): AsyncGenerator<ImageTextRecord> {
    const order = seed === null ? null : permutation(this.size, randomFor(seed, 'order', epoch));
    for (let place = 0; place < this.size; place++) {
      const index = order ? order[place] : place;
      const record = await this.record(index).catch((error: Error) => {
        onBroken?.({ key: this.table.keyOf(index), problem: error.message });
        return null;
      });
      if (record) yield record;
    }
  }

  private async record(index: number): Promise<ImageTextRecord> {
    const { image, captions, group } = await this.table.row(index);
    if (typeof image !== 'string' || image.trim() === '') throw new Error('it names no picture');
    return {
      key: this.table.keyOf(index),
      captions: captionsIn(captions),
      group,
      readImage: () => this.readImage(image.trim()),
    };
  }
}

/** Without empty ones. @throws if none is left */
export function captionsIn(captions: unknown): string[] {
  const list: unknown[] = Array.isArray(captions) ? captions : [captions];
  const texts = list.filter((caption) => typeof caption === 'string').map((caption) => caption.trim());
  const filled = texts.filter((text) => text !== '');
  if (filled.length === 0) throw new Error('it has no caption');
  return filled;
}
