// SPDX-License-Identifier: Apache-2.0
/** Measurements of towers, and what their calls are made of, as tables. */
import type { Measurement, Operation } from '../bench/index.js';
import type { Colors } from '../terminal.js';
import { bar } from './bar.js';
import { columns, grouped, humanSize } from './columns.js';
import { padEnd } from './text.js';

const BAR_WIDTH = 16;
const NOUNS = { vision: 'pictures', text: 'texts' };

export function measurementTable(measurements: readonly Measurement[]): string {
  const head = ['tower', 'batch', 'a second', 'ms a call', 'half of them', 'first call', 'GFLOP/s'];
  const rows = measurements.map(({ tower, batch, perSecond, milliseconds, gigaflopsPerSecond }) => {
    const { median, lower, upper, first } = milliseconds;
    return [
      tower,
      String(batch),
      `${rounded(perSecond)} ${NOUNS[tower]}`,
      rounded(median),
      `${rounded(lower)} to ${rounded(upper)}`,
      `${rounded(first)} ms`,
      rounded(gigaflopsPerSecond),
    ];
  });
  return columns([head, ...rows], [1, 2, 3, 4, 5, 6]);
}

/** A line an operation, the dearest first. @param unit what a call is: 'calls', or on webgpu 'dispatches' */
export function operationTable(
  { tower, batch, operations = [] }: Measurement,
  unit: string,
  colors: Colors,
): string {
  const areTimed = operations.every(({ microseconds }) => microseconds !== null);
  const cost = ({ microseconds, bytes }: Operation) => (areTimed ? microseconds! : bytes);
  const all = total(operations);
  const row = (operation: Operation, share: string) => [
    operation.name,
    grouped(operation.calls),
    humanSize(operation.bytes),
    ...(areTimed ? [grouped(Math.round(operation.microseconds!))] : []),
    share,
  ];
  const lines = [
    ['operation', unit, 'written', ...(areTimed ? ['µs'] : [])],
    ...operations.map((operation) => row(operation, shareOf(cost(operation) / (cost(all) || 1)))),
    row(all, ''),
  ];
  const title = colors.bold(`${tower} tower, batch ${batch}`);
  return `${title}\n${columns(lines, areTimed ? [1, 2, 3] : [1, 2])}`;
}

function total(operations: readonly Operation[]): Operation {
  const sum = (field: 'calls' | 'bytes' | 'microseconds') =>
    operations.reduce((all, operation) => all + (operation[field] ?? 0), 0);
  return { name: 'all', calls: sum('calls'), bytes: sum('bytes'), microseconds: sum('microseconds') };
}

function shareOf(fraction: number): string {
  return `${padEnd(bar(fraction, BAR_WIDTH), BAR_WIDTH)} ${Math.round(100 * fraction)}%`;
}

/** Three digits: '0.123', '12.3', '1,234'. */
function rounded(value: number): string {
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.max(value, 1e-3))));
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
