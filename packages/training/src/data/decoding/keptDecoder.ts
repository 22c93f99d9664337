// SPDX-License-Identifier: Apache-2.0
/**
 * A decoder that is opened when it is needed and stays open from one pass to the next: starting threads takes about a second,
 * which many an epoch does not. It is closed when nobody went on for a while, and keeps no program alive.
 */
import type { PictureDecoder } from './pictureReader.js';

const KEPT_FOR_MS = 10_000;

export class KeptDecoder {
  private decoder: PictureDecoder | null = null;
  private readers = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly open: () => PictureDecoder,
    private readonly keptFor = KEPT_FOR_MS,
  ) {}

  /** To be followed by `release`. */
  acquire(): PictureDecoder {
    clearTimeout(this.timer);
    this.readers++;
    this.decoder ??= this.open();
    return this.decoder;
  }

  /** @param isDone false where the reader leaves pictures behind that nobody waits for: they would keep threads busy */
  async release(isDone: boolean): Promise<void> {
    if (--this.readers > 0) return;
    if (!isDone) return this.close();
    this.timer = setTimeout(() => this.close(), this.keptFor);
    (this.timer as { unref?(): void }).unref?.(); // In browsers it is a number.
  }

  /** The next `acquire` opens it anew. */
  async close(): Promise<void> {
    clearTimeout(this.timer);
    const { decoder } = this;
    this.decoder = null;
    await decoder?.close();
  }
}
