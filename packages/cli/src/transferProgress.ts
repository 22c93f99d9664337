// SPDX-License-Identifier: Apache-2.0
import type { ProgressEvent } from 'tfjs-clip';
import { Progress } from './render/progress.js';
import type { Terminal } from './terminal.js';

/** One bar over all files that are fetched and read while `action` runs. */
export async function withTransferProgress<T>(
  task: string,
  { statusLine }: Terminal,
  action: (progressCallback: (event: ProgressEvent) => void) => Promise<T>,
): Promise<T> {
  const progress = new Progress(statusLine, task, ' MB');
  try {
    return await action(({ status, loaded = 0, total = 0 }) => {
      if (status === 'progress_total') progress.update(loaded / 1e6, total / 1e6);
    });
  } finally {
    progress.end();
  }
}
