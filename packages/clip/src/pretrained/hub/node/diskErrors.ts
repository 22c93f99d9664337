// SPDX-License-Identifier: Apache-2.0
import { DownloadError } from '../../../errors.js';

const FULL = ['ENOSPC', 'EDQUOT', 'EFBIG'];
const FORBIDDEN = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'];
const MEND = 'set HF_HUB_CACHE, or the option cacheDir, to a folder that can';

/** Runs what writes to the cache, and says what to do where the disk refuses. */
export async function writing<T>(cacheDir: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? '';
    if (FULL.includes(code)) {
      throw new DownloadError(
        `The disk of the cache folder ${cacheDir} is full (${code}): make room, or ${MEND} hold more.`,
        {
          cause,
        },
      );
    }
    if (!FORBIDDEN.includes(code)) throw cause;
    throw new DownloadError(`The cache folder ${cacheDir} cannot be written (${code}): ${MEND} be.`, {
      cause,
    });
  }
}

export function hasCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException)?.code ?? '');
}
