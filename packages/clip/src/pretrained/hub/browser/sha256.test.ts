// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { noise } from '../../../../../../test/harness/noise.js';
import { Sha256 } from './sha256.js';

it('of every length about a block, in parts of every size', async () => {
  const bytes = noise(300);
  for (let length = 0; length <= 200; length++) {
    const hash = new Sha256();
    const part = 1 + (length % 70);
    for (let at = 0; at < length; at += part) hash.update(bytes.subarray(at, Math.min(at + part, length)));
    expect(await hash.digest()).toBe(createHash('sha256').update(bytes.subarray(0, length)).digest('hex'));
  }
});

it('of many bytes', async () => {
  const bytes = noise(3_000_001);
  const hash = new Sha256();
  hash.update(bytes.subarray(0, 1_234_567));
  hash.update(bytes.subarray(1_234_567));
  expect(await hash.digest()).toBe(createHash('sha256').update(bytes).digest('hex'));
});
