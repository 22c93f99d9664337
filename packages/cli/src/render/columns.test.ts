// SPDX-License-Identifier: Apache-2.0
import { columns, grouped, humanSize } from './columns.js';

it('aligns columns by what they show, numbers to the right, and ends no line in spaces', () => {
  const rows = [
    ['model', 'size', 'note'],
    ['猫/clip', '1.2 GB'],
    ['a', '9 bytes', 'x'],
  ];
  expect(columns(rows, [1])).toBe('model       size  note\n猫/clip   1.2 GB\na        9 bytes  x\n');
  expect(columns([])).toBe('');
});

it.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1000, '1.0 kB'],
  [999_949, '999.9 kB'],
  [999_950, '1.0 MB'],
  [605_247_912, '605.2 MB'],
  [1.71e9, '1.7 GB'],
  [5e15, '5000.0 TB'],
])('%d bytes are %s', (bytes, text) => {
  expect(humanSize(bytes)).toBe(text);
});

it('groups digits', () => {
  expect(grouped(151_277_313)).toBe('151,277,313');
});
