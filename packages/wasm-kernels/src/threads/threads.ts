// SPDX-License-Identifier: Apache-2.0
/** The threads that share a backend's memory. They take tasks from one board; so does the thread that wants the results. */
import { startWorker } from '#platform';
import type { Functions } from '../functions.js';
import { type Board, type Call, FIELD, takeTasks, type Worksite, work } from './work.js';

/** The functions that are called by threads. */
const NAMES = ['product', 'attend'] as const;
export type TaskName = (typeof NAMES)[number];

export interface Job {
  name: TaskName;
  /** The arguments of each call but its scratch; calls may come in any order. */
  tasks: number[][];
  /** Bytes that a call may use of the scratch, which is its last argument. */
  scratchBytes?: number;
}

/** The memory that threads share, and what runs in it. */
export interface SharedHost {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  readonly functions: Functions;
  allocate(bytes: number): number;
  withScratch<Result>(bytes: number, use: (pointer: number) => Result): Result;
}

const STATE_BYTES = 64;
/** Values on the board: tasks that are more are a job of their own. */
const CAPACITY = 4096;
const BYTES_OF_TILE = 128;

export class Threads {
  private readonly board: Board;
  private readonly site: Omit<Worksite, 'thread' | 'tile'>;
  private readonly calls: Call[];
  private readonly tiles: number[] = [];
  private readonly workers: { terminate(): void }[] = [];
  private readonly mayWait: boolean;

  /** @param onTrouble told why workers are not to be used any more */
  constructor(
    private readonly host: SharedHost,
    private readonly onTrouble: (reason: string) => void,
  ) {
    const state = host.allocate(STATE_BYTES + 8 * CAPACITY);
    const values = state + STATE_BYTES;
    const { module, memory } = host;
    this.site = { field: FIELD, module, memory, state, values, capacity: CAPACITY, names: NAMES };
    this.board = {
      state: new Int32Array(memory.buffer, state, STATE_BYTES / 4).fill(0),
      values: new Float64Array(memory.buffer, values, CAPACITY),
    };
    this.calls = NAMES.map((name) => host.functions[name] as Call);
    this.mayWait = mayWait(this.board.state);
  }

  /** Does all tasks, with `count` threads, of which the caller's is one. */
  run(count: number, { name, tasks, scratchBytes = 0 }: Job): void {
    this.employ(count - 1);
    const most = Math.floor(CAPACITY / tasks[0].length);
    this.host.withScratch(scratchBytes * count, (scratch) => {
      for (let first = 0; first < tasks.length; first += most) {
        this.runOnBoard(name, tasks.slice(first, first + most), scratch, scratchBytes);
      }
    });
  }

  /** Ends all workers. */
  stop(): void {
    this.employ(0);
  }

  private runOnBoard(name: TaskName, tasks: number[][], scratch: number, share: number): void {
    const { state, values } = this.board;
    for (const [index, task] of tasks.entries()) values.set(task, index * task.length);
    state[FIELD.done] = 0;
    state[FIELD.call] = NAMES.indexOf(name);
    state[FIELD.length] = tasks[0].length;
    state[FIELD.count] = tasks.length;
    state[FIELD.scratch] = scratch;
    state[FIELD.share] = share;
    Atomics.store(state, FIELD.left, tasks.length); // from here on others take tasks
    Atomics.add(state, FIELD.job, 1);
    Atomics.notify(state, FIELD.job);
    takeTasks(FIELD, this.board, this.calls, 0);
    this.waitForOthers(tasks.length);
    if (Atomics.exchange(state, FIELD.failed, 0)) {
      this.onTrouble('a thread failed');
      for (const task of tasks) this.calls[NAMES.indexOf(name)](...task, scratch);
    }
  }

  /** A page's own thread may not sleep; the tasks that others still have are short. */
  private waitForOthers(count: number): void {
    const { state } = this.board;
    for (;;) {
      const done = Atomics.load(state, FIELD.done);
      if (done === count) return;
      if (this.mayWait) Atomics.wait(state, FIELD.done, done);
    }
  }

  private employ(count: number): void {
    while (this.workers.length > count) this.workers.pop()!.terminate();
    while (this.workers.length < count) {
      const thread = this.workers.length + 1;
      this.tiles[thread] ??= this.host.allocate(BYTES_OF_TILE);
      const site: Worksite = { ...this.site, thread, tile: this.tiles[thread] };
      this.workers.push(startWorker(`(site) => (${work})(site, ${takeTasks})`, site, this.onTrouble));
    }
  }
}

function mayWait(state: Int32Array): boolean {
  try {
    Atomics.wait(state, FIELD.job, -1, 0);
    return true;
  } catch {
    return false;
  }
}
