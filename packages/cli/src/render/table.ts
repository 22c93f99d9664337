// SPDX-License-Identifier: Apache-2.0
/** A picture's labels with their probabilities as bars. */
import type { LabelScore } from 'tfjs-clip';
import type { Colors } from '../terminal.js';
import { bar } from './bar.js';
import { displayWidth, fit, padEnd, printable } from './text.js';

const INDENT = '  ';
const PERCENT_WIDTH = 7; // ' 100.0%'

export interface TableOptions {
  columns: number;
  colors: Colors;
}

/** The picture's name, then a line a label: name, bar, percent. The likeliest label stands out. */
export function scoreTable(picture: string, scores: LabelScore[], { columns, colors }: TableOptions): string {
  const labels = scores.map(({ label }) => printable(label));
  const labelWidth = Math.min(Math.max(...labels.map(displayWidth)), Math.floor(columns * 0.4));
  const barWidth = Math.max(1, columns - INDENT.length - labelWidth - 2 - PERCENT_WIDTH);
  const lines = scores.map(({ score }, i) => {
    const label = padEnd(fit(labels[i], labelWidth), labelWidth);
    const percent = `${(score * 100).toFixed(1)}%`.padStart(PERCENT_WIDTH);
    const [name, block] = i === 0 ? [colors.bold(label), colors.green] : [label, colors.dim];
    return `${INDENT}${name}  ${block(padEnd(bar(score, barWidth), barWidth))}${percent}`;
  });
  return `${[colors.bold(printable(picture)), ...lines].join('\n')}\n`;
}
