// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { systemReason } from './errors.js';

describe('systemReason', () => {
  it.each([
    ["EACCES: permission denied, open 'a, b.npy.12.tmp'", 'permission denied'],
    ["EISDIR: illegal operation on a directory, rename 'a.tmp' -> 'a'", 'illegal operation on a directory'],
    ['ENOSPC: no space left on device, write', 'no space left on device'],
    ['Something else, as it is', 'Something else, as it is'],
  ])('of %j is %j', (message, reason) => {
    expect(systemReason(new Error(message))).toBe(reason);
  });

  it("of the system's own errors", async () => {
    const error = await readFile('/no/such/file').catch((problem) => problem);
    expect(systemReason(error)).toBe('no such file or directory');
  });
});
