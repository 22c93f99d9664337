// SPDX-License-Identifier: Apache-2.0
/** Tells a callback of every file as it is read: `initiate`, `progress` as bytes come, `done`. */
import type { ByteSource } from '@tfjs-clip/safetensors';
import type { ModelFiles, ProgressEvent } from './modelFiles.js';

export function withProgress(files: ModelFiles, report: (event: ProgressEvent) => void): ModelFiles {
  const { name } = files;
  return {
    name,
    async read(file) {
      report({ status: 'initiate', name, file });
      const bytes = await files.read(file);
      if (bytes) report({ status: 'done', name, file, loaded: bytes.length, total: bytes.length });
      return bytes;
    },
    async open(file) {
      report({ status: 'initiate', name, file });
      const source = await files.open(file);
      return source && reporting(source, (event) => report({ ...event, name, file }));
    },
  };
}

function reporting(
  source: ByteSource,
  report: (event: Pick<ProgressEvent, 'status' | 'loaded' | 'total'>) => void,
): ByteSource {
  const total = source.size;
  let loaded = 0;
  return {
    name: source.name,
    size: total,
    async read(offset, length) {
      const bytes = await source.read(offset, length);
      loaded = Math.min(loaded + length, total);
      report({ status: 'progress', loaded, total });
      return bytes;
    },
    async close() {
      await source.close();
      report({ status: 'done', loaded, total });
    },
  };
}
