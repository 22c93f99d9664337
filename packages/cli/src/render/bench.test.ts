// SPDX-License-Identifier: Apache-2.0
import pc from 'picocolors';
import type { Measurement } from '../bench/index.js';
import { measurementTable, operationTable } from './bench.js';

const colors = pc.createColors(false);
const vision: Measurement = {
  tower: 'vision',
  batch: 8,
  perSecond: 1234.5,
  milliseconds: { first: 100.4, median: 6.48, lower: 6.4, upper: 7.25 },
  gigaflopsPerSecond: 0.0301,
};
const operations = [
  { name: 'Linear', calls: 24, bytes: 4_194_304, microseconds: 1500 },
  { name: 'LayerNorm', calls: 25, bytes: 1000, microseconds: 499.6 },
];

it('measurements are a line each, with three digits', () => {
  const text: Measurement = { ...vision, tower: 'text', batch: 1, perSecond: 12.34 };
  expect(measurementTable([vision, text])).toBe(
    'tower   batch        a second  ms a call  half of them  first call  GFLOP/s\n' +
      'vision      8  1,235 pictures       6.48  6.40 to 7.25      100 ms   0.0301\n' +
      'text        1      12.3 texts       6.48  6.40 to 7.25      100 ms   0.0301\n',
  );
});

it('operations are a line each, with their share of the time', () => {
  expect(operationTable({ ...vision, operations }, 'dispatches', colors)).toBe(
    'vision tower, batch 8\n' +
      'operation  dispatches  written     µs\n' +
      'Linear             24   4.2 MB  1,500  ████████████     75%\n' +
      'LayerNorm          25   1.0 kB    500  ████             25%\n' +
      'all                49   4.2 MB  2,000\n',
  );
});

it('without times it is the share of the bytes', () => {
  const untimed = operations.map((operation) => ({ ...operation, microseconds: null }));
  expect(operationTable({ ...vision, operations: untimed }, 'calls', colors)).toBe(
    'vision tower, batch 8\n' +
      'operation  calls  written\n' +
      'Linear        24   4.2 MB  ████████████████ 100%\n' +
      'LayerNorm     25   1.0 kB  ▏                0%\n' +
      'all           49   4.2 MB\n',
  );
});
