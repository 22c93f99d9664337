// SPDX-License-Identifier: Apache-2.0
/** A progress line on standard error for what takes longer than two seconds. */
import type { StatusLine } from '../terminal.js';
import { bar } from './bar.js';
import { displayWidth, fit, padEnd } from './text.js';

const PATIENCE_MS = 2000;
const WIDEST_BAR = 24;
const NARROWEST_BAR = 4;

export class Progress {
  private readonly started = performance.now();
  /** As long as there are no numbers, what goes on is worth saying. */
  private readonly waiting: NodeJS.Timeout;

  /** @param line null draws nothing */
  constructor(
    private readonly line: StatusLine | null,
    private readonly task: string,
    private readonly unit = '',
  ) {
    this.waiting = setTimeout(() => line?.draw(fit(`${task} …`, line.columns - 1)), PATIENCE_MS).unref();
  }

  update(done: number, total: number): void {
    const elapsed = performance.now() - this.started;
    if (!this.line || elapsed < PATIENCE_MS) return;
    clearTimeout(this.waiting);
    const left = done > 0 ? `, ${Math.ceil((elapsed * (total - done)) / done / 1000)} s left` : '';
    const numbers = `${round(done)} of ${round(total)}${this.unit}${left}`;
    const columns = this.line.columns - 1;
    const task = fit(this.task, Math.max(1, columns - displayWidth(numbers) - 1));
    const width = Math.min(columns - displayWidth(`${task} ▕▏ ${numbers}`), WIDEST_BAR);
    const drawing = width < NARROWEST_BAR ? '' : `▕${padEnd(bar(done / total, width), width)}▏ `;
    this.line.draw(fit(`${task} ${drawing}${numbers}`, columns));
  }

  end(): void {
    clearTimeout(this.waiting);
    this.line?.draw('');
  }
}

function round(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}
