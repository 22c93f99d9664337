// SPDX-License-Identifier: Apache-2.0
import { DownloadError } from '../../../errors.js';
import { writing } from './diskErrors.js';

const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));

it.each([
  [
    'ENOSPC',
    'The disk of the cache folder /cache is full (ENOSPC): make room, or set HF_HUB_CACHE, or the option cacheDir, to a folder that can hold more.',
  ],
  [
    'EROFS',
    'The cache folder /cache cannot be written (EROFS): set HF_HUB_CACHE, or the option cacheDir, to a folder that can be.',
  ],
])('%s says what to do', async (code, sentence) => {
  await expect(writing('/cache', failing(code))).rejects.toEqual(new DownloadError(sentence));
});

it('passes on what it does not know', async () => {
  await expect(writing('/cache', failing('EIO'))).rejects.toMatchObject({ code: 'EIO' });
});
