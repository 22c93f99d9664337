// SPDX-License-Identifier: Apache-2.0
/**
 * What a thread does: take tasks from a job until none is left, and wait for the next job. Workers are started from the text
 * of these functions, so that bundlers need find no file: they use nothing but their parameters.
 */

/** Where the numbers of a board's state stand. */
export const FIELD = {
  job: 0,
  left: 1,
  done: 2,
  failed: 3,
  call: 4,
  length: 5,
  count: 6,
  scratch: 7,
  share: 8,
};
export type Field = typeof FIELD;

/** A job: calls of one function, whose arguments stand one after the other in `values`. */
export interface Board {
  state: Int32Array;
  values: Float64Array;
}

export type Call = (...values: number[]) => unknown;

/** What a worker is given. */
export interface Worksite {
  field: Field;
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  /** Where `state` and `values` begin, and how many values there may be. */
  state: number;
  values: number;
  capacity: number;
  /** The functions that jobs are made of, by number. */
  names: readonly string[];
  /** The thread's number, and its tile. */
  thread: number;
  tile: number;
}

export type TakeTasks = (field: Field, board: Board, calls: Call[], thread: number) => void;

/**
 * After its arguments, each call is given the thread's share of the scratch: who needs none does not look at it. Nothing is
 * read of a job before one of its tasks is taken, for until then its description may be replaced.
 */
export const takeTasks: TakeTasks = (field, { state, values }, calls, thread) => {
  for (;;) {
    const task = Atomics.sub(state, field.left, 1) - 1;
    if (task < 0) return;
    const first = task * state[field.length];
    const scratch = (state[field.scratch] >>> 0) + state[field.share] * thread;
    try {
      calls[state[field.call]](...values.subarray(first, first + state[field.length]), scratch);
    } catch {
      Atomics.store(state, field.failed, 1);
    }
    if (Atomics.add(state, field.done, 1) + 1 === state[field.count]) Atomics.notify(state, field.done);
  }
};

/** The whole life of a worker. It sleeps where there is nothing to do, until it is terminated. */
export function work(site: Worksite, take: TakeTasks): void {
  const { field, module, memory, names, thread, tile } = site;
  const functions = new WebAssembly.Instance(module, { env: { memory } }).exports as Record<string, Call>;
  functions.useTile(tile);
  const calls = names.map((name) => functions[name]);
  const state = new Int32Array(memory.buffer, site.state, (site.values - site.state) >> 2);
  const values = new Float64Array(memory.buffer, site.values, site.capacity);
  for (;;) {
    const job = Atomics.load(state, field.job);
    take(field, { state, values }, calls, thread);
    Atomics.wait(state, field.job, job);
  }
}
