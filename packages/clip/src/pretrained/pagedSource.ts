// SPDX-License-Identifier: Apache-2.0
/** A source read in pages: the many small reads by which a file's directory is found become few requests. */
import type { ByteSource } from '@tfjs-clip/safetensors';

export const PAGE = 64 * 1024;
/** A directory is read forwards, with few steps back. */
const MOST_PAGES = 64;

export class PagedSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  /** The least recently read one first. */
  private readonly pages = new Map<number, Uint8Array>();

  constructor(private readonly source: ByteSource) {
    this.name = source.name;
    this.size = source.size;
  }

  /** What is longer than a page is not kept. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.size)) {
      throw new RangeError(
        `${this.name} has ${this.size} bytes; ${length} from ${offset} on are not all in it.`,
      );
    }
    if (length > PAGE) return this.source.read(offset, length);
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const at = offset + done;
      const page = await this.page(Math.floor(at / PAGE));
      const piece = page.subarray(at % PAGE, (at % PAGE) + length - done);
      bytes.set(piece, done);
      done += piece.length;
    }
    return bytes;
  }

  close(): Promise<void> {
    this.pages.clear();
    return this.source.close();
  }

  private async page(index: number): Promise<Uint8Array> {
    const start = index * PAGE;
    const page = this.pages.get(index) ?? (await this.source.read(start, Math.min(PAGE, this.size - start)));
    this.pages.delete(index);
    this.pages.set(index, page);
    if (this.pages.size > MOST_PAGES) this.pages.delete(this.pages.keys().next().value!);
    return page;
  }
}
