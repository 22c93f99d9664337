// SPDX-License-Identifier: Apache-2.0
/** A progress line on standard error for what takes longer than two seconds. */
import type { StatusLine } from '../terminal.js';
import { bar } from './bar.js';
import { fit, padEnd } from './text.js';

const PATIENCE_MS = 2000;
const BAR_WIDTH = 24;

export class Progress {
  private readonly started = performance.now();

  /** @param line null draws nothing */
  constructor(
    private readonly line: StatusLine | null,
    private readonly task: string,
    private readonly unit = '',
  ) {}

  update(done: number, total: number): void {
    const elapsed = performance.now() - this.started;
    if (!this.line || elapsed < PATIENCE_MS) return;
    const left = done > 0 ? `, ${Math.ceil((elapsed * (total - done)) / done / 1000)} s left` : '';
    const blocks = padEnd(bar(done / total, BAR_WIDTH), BAR_WIDTH);
    const text = `${this.task} ▕${blocks}▏ ${round(done)} of ${round(total)}${this.unit}${left}`;
    this.line.draw(fit(text, this.line.columns - 1));
  }

  end(): void {
    this.line?.draw('');
  }
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}
