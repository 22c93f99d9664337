// SPDX-License-Identifier: Apache-2.0
/** Node decodes in worker threads, if the worker's file stands beside this one: it does not where the package runs bundled. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { decoderHere, type PictureDecoder, type ReaderSettings } from './pictureReader.js';
import { WorkerPool } from './workerPool.js';

/** Each holds a copy of tfjs, some 100 MB. */
const MOST_BY_DEFAULT = 8;

/** @param workers 0 decodes in this thread; by default one is left out, for the training */
export function openDecoder(
  settings: ReaderSettings,
  workers = Math.min(Math.max(availableParallelism() - 1, 1), MOST_BY_DEFAULT),
): PictureDecoder {
  const here = fileURLToPath(import.meta.url);
  const file = path.join(path.dirname(here), `worker${path.extname(here)}`);
  const isBuilt = /\.c?js$/.test(file) && existsSync(file);
  return workers > 0 && isBuilt ? new WorkerPool(file, settings, workers) : decoderHere(settings);
}
