// SPDX-License-Identifier: Apache-2.0
import { DIALECTS, fixtureFiles } from '../testing/fixtures.js';
import type { Checkpoint } from './checkpoint.js';
import { matchCheckpoint } from './matchCheckpoint.js';
import { openCheckpoint } from './openCheckpoint.js';

let reference: Checkpoint;

beforeAll(async () => {
  reference = await openCheckpoint(fixtureFiles('hugging-face'));
});

describe.each(DIALECTS)('$folder', ({ folder, format, scheme, file }) => {
  it('has the tensors of the reference, bit for bit in our layout', async () => {
    const checkpoint = await openCheckpoint(fixtureFiles(folder), { file });
    expect(checkpoint).toMatchObject({ format, scheme });
    expect([...checkpoint.tensors.keys()].sort()).toEqual([...reference.tensors.keys()].sort());
    for (const [name, expected] of reference.tensors) {
      const tensor = checkpoint.tensors.get(name)!;
      expect([name, tensor.shape]).toEqual([name, expected.shape]);
      expect([name, bitsOf(await tensor.read())]).toEqual([name, bitsOf(await expected.read())]);
    }
  });

  it('loads one tower without reading the bytes of the other', async () => {
    const files = fixtureFiles(folder);
    const checkpoint = await openCheckpoint(files, { file });
    const opened = files.use.bytesRead;
    const text = [...reference.tensors.values()].filter(({ name }) => name.startsWith('text_model.'));
    const tensors = matchCheckpoint(checkpoint, text, 'text_model');
    let stored = 0;
    for (const tensor of tensors.values()) {
      await tensor.read();
      stored += tensor.byteLength;
    }
    // A zip has a header of 30 bytes and a name before each entry.
    const headers = format === 'pytorch' ? 100 * tensors.size : 0;
    expect(files.use.bytesRead - opened).toBeGreaterThanOrEqual(stored);
    expect(files.use.bytesRead - opened).toBeLessThanOrEqual(stored + headers);
    await checkpoint.close();
    expect(files.use.open).toBe(0);
  });
});

function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}
