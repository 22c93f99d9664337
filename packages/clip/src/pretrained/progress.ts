// SPDX-License-Identifier: Apache-2.0
/** Tells a callback of every file as it is fetched or read, in the words of transformers.js. */
import type { ByteSource } from '@tfjs-clip/safetensors';
import type { ModelFiles, ProgressEvent } from './modelFiles.js';

/** Milliseconds between two events of one file. */
const PAUSE = 50;

export class ProgressReport {
  private readonly files: Record<string, { loaded: number; total: number }> = {};
  private readonly lastEvents = new Map<string, number>();

  constructor(
    readonly name: string,
    private readonly callback: (event: ProgressEvent) => void,
  ) {}

  /** @param size counts towards the total at once, where it is known before the first byte */
  initiate(file: string, size?: number): void {
    if (size !== undefined) this.files[file] = { loaded: 0, total: size };
    this.callback({ status: 'initiate', name: this.name, file });
  }

  download(file: string): void {
    this.callback({ status: 'download', name: this.name, file });
  }

  /** @param total null: not known yet */
  bytes(file: string, loaded: number, total: number | null): void {
    const now = Date.now();
    if (loaded !== total && now - (this.lastEvents.get(file) ?? 0) < PAUSE) return;
    this.lastEvents.set(file, now);
    this.progress(file, loaded, total ?? loaded);
  }

  done(file: string, size: number): void {
    if (this.files[file]?.loaded !== size) this.progress(file, size, size);
    this.callback({ status: 'done', name: this.name, file, loaded: size, total: size });
  }

  /** The model can be called, or what was asked for is there. */
  ready(): void {
    this.callback({ status: 'ready', name: this.name });
  }

  private progress(file: string, loaded: number, total: number): void {
    this.files[file] = { loaded, total };
    this.callback({
      status: 'progress',
      name: this.name,
      file,
      loaded,
      total,
      progress: percent(loaded, total),
    });
    const all = Object.values(this.files);
    const sum = (key: 'loaded' | 'total') => all.reduce((bytes, one) => bytes + one[key], 0);
    this.callback({
      status: 'progress_total',
      name: this.name,
      loaded: sum('loaded'),
      total: sum('total'),
      progress: percent(sum('loaded'), sum('total')),
      files: structuredClone(this.files),
    });
  }
}

/** Reports files that are not fetched, but read where they are. */
export function withProgress(files: ModelFiles, report: ProgressReport): ModelFiles {
  return {
    ...files,
    async read(file) {
      const bytes = await files.read(file);
      if (bytes) {
        report.initiate(file, bytes.length);
        report.done(file, bytes.length);
      }
      return bytes;
    },
    async open(file) {
      const source = await files.open(file);
      return source && reportReading(source, file, report);
    },
  };
}

export function reportReading(source: ByteSource, file: string, report: ProgressReport): ByteSource {
  const { name, size } = source;
  let loaded = 0;
  report.initiate(file, size);
  return {
    name,
    size,
    async read(offset, length, into) {
      const bytes = await source.read(offset, length, into);
      loaded = Math.min(loaded + length, size);
      report.bytes(file, loaded, size);
      return bytes;
    },
    async close() {
      await source.close();
      report.done(file, size);
    },
  };
}

function percent(loaded: number, total: number): number {
  return total > 0 ? (loaded / total) * 100 : 100;
}
