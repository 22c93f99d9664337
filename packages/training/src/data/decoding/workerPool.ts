// SPDX-License-Identifier: Apache-2.0
/** A number of threads that decode, each one picture at a time. They start when they are needed, and keep no program alive. */
import { Worker } from 'node:worker_threads';
import type { DecodedPicture, EncodedPicture, PictureDecoder, ReaderSettings } from './pictureReader.js';

interface Job {
  picture: EncodedPicture;
  resolve(decoded: DecodedPicture): void;
  reject(error: Error): void;
}

export class WorkerPool implements PictureDecoder {
  /** Each with what it is doing. */
  private readonly workers = new Map<Worker, Job | null>();
  private readonly waiting: Job[] = [];
  private isClosed = false;

  constructor(
    private readonly file: string,
    private readonly settings: ReaderSettings,
    private readonly most: number,
  ) {}

  decode(picture: EncodedPicture): Promise<DecodedPicture> {
    return new Promise((resolve, reject) => {
      if (this.isClosed) throw new Error('The decoder was closed.');
      this.waiting.push({ picture, resolve, reject });
      this.assign();
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const jobs = [...this.workers.values(), ...this.waiting.splice(0)];
    const ended = [...this.workers.keys()].map((worker) => worker.terminate());
    this.workers.clear();
    for (const job of jobs) job?.reject(new Error('The decoder was closed.'));
    await Promise.all(ended);
  }

  private assign(): void {
    while (this.waiting.length > 0) {
      const worker = this.idle() ?? (this.workers.size < this.most ? this.start() : null);
      if (!worker) return;
      const job = this.waiting.shift()!;
      this.workers.set(worker, job);
      worker.ref();
      const bytes = new Uint8Array(job.picture.bytes); // a copy, for a picture may be part of something larger
      worker.postMessage({ ...job.picture, bytes }, [bytes.buffer]);
    }
  }

  private idle(): Worker | null {
    for (const [worker, job] of this.workers) if (!job) return worker;
    return null;
  }

  private start(): Worker {
    const worker = new Worker(this.file, { workerData: this.settings });
    this.workers.set(worker, null);
    worker.on('message', (decoded: DecodedPicture) => {
      const job = this.workers.get(worker);
      this.workers.set(worker, null);
      worker.unref();
      job?.resolve(decoded);
      this.assign();
    });
    worker.on('error', (error) => this.lose(worker, error.message));
    worker.on('exit', (code) => this.lose(worker, `it ended with code ${code}`));
    return worker;
  }

  private lose(worker: Worker, reason: string): void {
    const job = this.workers.get(worker);
    this.workers.delete(worker);
    job?.reject(new Error(`The thread that was to decode ${job.picture.key} failed: ${reason}.`));
    if (!this.isClosed) this.assign();
  }
}
