// SPDX-License-Identifier: Apache-2.0
/** One bar after the other, for work that has stages and tells of each how far it is. */
import { Progress } from '../render/progress.js';
import type { StatusLine } from '../terminal.js';

export class StageProgress {
  private stage: string | null = null;
  private progress: Progress | null = null;

  constructor(private readonly line: StatusLine | null) {}

  /** @param total null where nobody knows */
  update(stage: string, done: number, total: number | null): void {
    if (stage !== this.stage) {
      this.end();
      this.stage = stage;
      this.progress = new Progress(this.line, stage);
    }
    if (total !== null) this.progress?.update(done, total);
  }

  end(): void {
    this.progress?.end();
    this.progress = null;
  }
}
