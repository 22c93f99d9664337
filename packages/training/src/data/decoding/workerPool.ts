// SPDX-License-Identifier: Apache-2.0
/**
 * A number of threads that decode. Each has a queue of its own, so that it goes on while the thread that wants the pictures is
 * busy. They start when they are needed, and keep no program alive.
 */
import { Worker } from 'node:worker_threads';
import type { DecodedPicture, EncodedPicture, PictureDecoder, ReaderSettings } from './pictureReader.js';

interface Job {
  key: string;
  resolve(decoded: DecodedPicture): void;
  reject(error: Error): void;
}

export class WorkerPool implements PictureDecoder {
  /** Each with what it has to do, in order. */
  private readonly workers = new Map<Worker, Job[]>();
  private isClosed = false;

  /** @param file answers each `EncodedPicture`, in order, by a `DecodedPicture` */
  constructor(
    private readonly file: string,
    private readonly settings: ReaderSettings,
    private readonly most: number,
  ) {}

  decode({ key, epoch, bytes }: EncodedPicture): Promise<DecodedPicture> {
    if (this.isClosed) return Promise.reject(new Error('The decoder was closed.'));
    const [worker, jobs] = this.leastBusy();
    const copy = new Uint8Array(bytes); // a picture may be part of something larger, or the caller's to keep
    worker.postMessage({ key, epoch, bytes: copy }, [copy.buffer]);
    worker.ref();
    return new Promise((resolve, reject) => jobs.push({ key, resolve, reject }));
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const workers = [...this.workers];
    this.workers.clear();
    for (const job of workers.flatMap(([, jobs]) => jobs)) job.reject(new Error('The decoder was closed.'));
    await Promise.all(workers.map(([worker]) => worker.terminate()));
  }

  private leastBusy(): [Worker, Job[]] {
    const byWork = [...this.workers].sort(([, a], [, b]) => a.length - b.length);
    const isIdle = byWork.length > 0 && byWork[0][1].length === 0;
    return isIdle || byWork.length === this.most ? byWork[0] : this.start();
  }

  private start(): [Worker, Job[]] {
    const worker = new Worker(this.file, { workerData: this.settings });
    const jobs: Job[] = [];
    this.workers.set(worker, jobs);
    worker.on('message', (decoded: DecodedPicture) => {
      jobs.shift()!.resolve(decoded);
      if (jobs.length === 0) worker.unref();
    });
    worker.on('error', (error) => this.lose(worker, jobs, error.message));
    worker.on('exit', (code) => this.lose(worker, jobs, `it ended with code ${code}`));
    return [worker, jobs];
  }

  private lose(worker: Worker, jobs: Job[], reason: string): void {
    this.workers.delete(worker);
    const [culprit] = jobs;
    for (const job of jobs.splice(0)) {
      job.reject(new Error(`The thread that was to decode ${culprit.key} failed: ${reason}.`));
    }
  }
}
