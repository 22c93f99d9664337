// SPDX-License-Identifier: Apache-2.0
/** Event files are those that TensorBoard itself writes: test/python/make_events.py. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { crc32c, maskedCrc32c } from './crc32c.js';
import { fileHeader, scalarRecord } from './eventFile.js';

const FIXTURES = path.resolve(__dirname, '../../../../../test/fixtures/training');

it.each([
  ['', 0],
  ['123456789', 0xe3069283],
  ['\0'.repeat(32), 0x8a9136aa], // RFC 3720, B.4
])('crc32c of %j', (text, expected) => {
  expect(crc32c(new TextEncoder().encode(text))).toBe(expected);
});

it('masks checksums', () => {
  expect(maskedCrc32c(new Uint8Array(0))).toBe(0xa282ead8);
});

it('writes what TensorBoard writes, byte for byte', () => {
  const written = [
    fileHeader(1_700_000_000.25),
    scalarRecord({
      wallTime: 1_700_000_001.5,
      step: 1,
      scalars: { 'train/loss': 4.25, 'train/learning_rate': 1e-4 },
    }),
    scalarRecord({
      wallTime: 1_700_000_002,
      step: 40_000_000_000,
      scalars: { 'evaluation/rücklauf': -0.125 },
    }),
  ];
  expect(Buffer.concat(written)).toEqual(readFileSync(path.join(FIXTURES, 'events.tfevents')));
});
