// SPDX-License-Identifier: Apache-2.0
/**
 * A confusion matrix as SVG: a row for each class, with the shares of its pictures that were taken for each other one. What is
 * right is blue, what is wrong orange, so that a look tells where the mistakes are; a pointer on a cell tells its numbers.
 */
import { escapeHTML } from '../trainer/report/escape.js';
import type { ClassificationTally } from './classificationTally.js';
import { confusionOrder } from './confusionOrder.js';

/** More classes than this would not be readable. */
const MOST_CLASSES = 100;
/** Up to here cells are large enough for a number. */
const MOST_WITH_NUMBERS = 16;
const LONGEST_NAME = 28;
/** Of a letter, in parts of the font's size. */
const LETTER_WIDTH = 0.58;
const MARGIN = 16;
const HEADING = 64;
const BAR = 90;
const FONT = `system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif`;

const STYLE = `
.c { --paper: #fff; --ink: #1b1f24; --faint: #5f6871; --line: #e4e7ea; --right: #0b62d6; --wrong: #d9480f; --on: #fff; }
@media (prefers-color-scheme: dark) {
  .c { --paper: #16191d; --ink: #e6e8ea; --faint: #9aa3ab; --line: #31363b; --right: #58a6ff; --wrong: #ff8a4c; --on: #0b0e11; }
}
.c text { font-family: ${FONT}; fill: var(--ink); } .c .f { fill: var(--faint); } .c .on { fill: var(--on); }
.c .p { fill: var(--paper); } .c .l { stroke: var(--line); stroke-width: 1; fill: none; } .c .r { fill: var(--right); } .c .w { fill: var(--wrong); }
.c g:hover > rect { stroke: var(--ink); }`;

interface Layout {
  order: readonly number[];
  cell: number;
  font: number;
  /** Of the matrix. */
  left: number;
  top: number;
  size: number;
}

/** With more than 100 classes, the first 100 of `confusionOrder`. */
export function confusionPicture(tally: ClassificationTally, title = 'What is taken for what'): string {
  const all = confusionOrder(tally);
  const layout = layOut(tally, all.slice(0, MOST_CLASSES));
  const { left, top, size, order } = layout;
  const [width, height] = [left + size + BAR + MARGIN, top + size + MARGIN];
  return [
    `<svg class="c" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeHTML(summary(tally))}">`,
    `<style>${STYLE}</style>`,
    `<rect class="p" width="${width}" height="${height}"/>`,
    heading(tally, title, all.length),
    ...order.map((actual, row) => rowLabels(tally, layout, actual, row)),
    ...order.map((guess, column) => columnLabel(tally, layout, guess, column)),
    grid(layout),
    ...order.flatMap((actual, row) => cells(tally, layout, actual, row)),
    '</svg>\n',
  ].join('\n');
}

function layOut({ classNames }: ClassificationTally, order: readonly number[]): Layout {
  const cell = Math.round(Math.min(52, Math.max(10, 840 / order.length)));
  const font = Math.min(13, Math.max(8, cell * 0.8));
  const longest = Math.max(...order.map((index) => shortened(classNames[index]).length));
  const labels = Math.ceil(longest * font * LETTER_WIDTH) + 14;
  const left = MARGIN + labels;
  return { order, cell, font, left, top: HEADING + labels, size: cell * order.length };
}

function heading(tally: ClassificationTally, title: string, classes: number): string {
  const shown = classes > MOST_CLASSES ? `; ${MOST_CLASSES} of them, from the most mistaken on` : '';
  return (
    `<text x="${MARGIN}" y="30" font-size="17" font-weight="600">${escapeHTML(title)}</text>` +
    `<text class="f" x="${MARGIN}" y="50" font-size="12">${escapeHTML(`${summary(tally)}${shown}. Rows: what they are; columns: what they are taken for.`)}</text>`
  );
}

function summary(tally: ClassificationTally): string {
  const { pictures, classNames } = tally;
  const classes = classNames.length.toLocaleString('en-US');
  return `${percent(tally.accuracyAt(1))} of ${pictures.toLocaleString('en-US')} pictures right, ${classes} classes`;
}

/** The class on the left, its accuracy as a bar on the right. */
function rowLabels(tally: ClassificationTally, layout: Layout, actual: number, row: number): string {
  const { cell, font, left, top, size } = layout;
  const { pictures, right } = rowOf(tally, actual);
  const middle = top + (row + 0.5) * cell;
  const name = `<text x="${left - 8}" y="${middle}" dy="0.35em" text-anchor="end" font-size="${font}">${nameText(tally, actual)}</text>`;
  if (pictures === 0) return name;
  const bar = (right / pictures) * (BAR - 44);
  const height = Math.min(12, cell * 0.6);
  const at = { x: left + size + 8, y: middle - height / 2 };
  return (
    name +
    `<rect class="r" x="${at.x}" y="${round(at.y)}" width="${round(bar)}" height="${round(height)}" rx="1.5"/>` +
    `<text class="f" x="${round(at.x + bar + 5)}" y="${middle}" dy="0.35em" font-size="${font}">${percent(right / pictures)}</text>`
  );
}

function columnLabel(tally: ClassificationTally, layout: Layout, guess: number, column: number): string {
  const { cell, font, left, top } = layout;
  const [x, y] = [left + (column + 0.5) * cell, top - 8];
  return `<text transform="translate(${x} ${y}) rotate(-90)" dy="0.35em" font-size="${font}">${nameText(tally, guess)}</text>`;
}

function grid({ order, cell, left, top, size }: Layout): string {
  const lines = Array.from({ length: order.length + 1 }, (_, i) => {
    const at = i * cell;
    return `M${left} ${top + at}h${size}M${left + at} ${top}v${size}`;
  });
  return `<path class="l" d="${lines.join('')}"/>`;
}

/** Rare mistakes must be seen, so that colours go with the square root of the share. */
function cells(tally: ClassificationTally, layout: Layout, actual: number, row: number): string[] {
  const { order, cell, left, top } = layout;
  const { classNames, confusion } = tally;
  const { pictures } = rowOf(tally, actual);
  return order.flatMap((guess, column) => {
    const count = confusion[actual * classNames.length + guess];
    if (count === 0) return [];
    const opacity = round(Math.sqrt(count / pictures));
    const [x, y] = [left + column * cell, top + row * cell];
    const told = `${classNames[actual]}: ${count} of ${pictures} taken for ${guess === actual ? 'what they are' : classNames[guess]}`;
    const box = `<rect class="${guess === actual ? 'r' : 'w'}" x="${x + 0.5}" y="${y + 0.5}" width="${cell - 1}" height="${cell - 1}" fill-opacity="${opacity}"/>`;
    const text =
      order.length > MOST_WITH_NUMBERS
        ? ''
        : `<text${opacity > 0.6 ? ' class="on"' : ''} x="${x + cell / 2}" y="${y + cell / 2}" dy="0.35em" text-anchor="middle" font-size="12">${count}</text>`;
    return [`<g><title>${escapeHTML(told)}</title>${box}${text}</g>`];
  });
}

function rowOf(
  { classNames, confusion }: ClassificationTally,
  actual: number,
): { pictures: number; right: number } {
  const row = confusion.subarray(actual * classNames.length, (actual + 1) * classNames.length);
  return { pictures: row.reduce((sum, count) => sum + count, 0), right: row[actual] };
}

function nameText({ classNames }: ClassificationTally, index: number): string {
  return escapeHTML(shortened(classNames[index]));
}

function shortened(name: string): string {
  const letters = [...name];
  return letters.length > LONGEST_NAME ? `${letters.slice(0, LONGEST_NAME - 1).join('')}…` : name;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share === 1 ? 0 : 1)}%`;
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
