// SPDX-License-Identifier: Apache-2.0
/** Threads on a memory of their own, without tfjs. */
import { compile, instantiate } from '../functions.js';
import { type Job, type SharedHost, Threads } from './threads.js';

const PAGE = 65536;

/** Memory that is only ever taken. */
class Memory implements SharedHost {
  readonly memory = new WebAssembly.Memory({ initial: 16, maximum: 16, shared: true });
  readonly module = compile(true);
  readonly functions = instantiate(this.module, this.memory);
  readonly taken: number[] = [];
  private next = 64;

  constructor() {
    this.functions.useTile(this.allocate(128));
  }

  allocate(bytes: number): number {
    const pointer = this.next;
    this.next += (bytes + 63) & -64;
    this.taken.push(pointer);
    return pointer;
  }

  withScratch<Result>(bytes: number, use: (pointer: number) => Result): Result {
    return use(this.allocate(bytes));
  }

  floats(pointer: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, pointer, length);
  }
}

/** left [1, 1] times panels of one column: a task for each number of `left`. */
function doubling(host: Memory, count: number): { job: Job; out: number } {
  const [left, panels, out] = [host.allocate(4 * count), host.allocate(32), host.allocate(4 * count)];
  host.floats(left, count).set(Array.from({ length: count }, (_, i) => i));
  host.floats(panels, 1)[0] = 2;
  const tasks = Array.from({ length: count }, (_, i) => [
    ...[1, 1, 1, left + 4 * i, 1, panels, out + 4 * i, 1, 0, 0, 0],
  ]);
  return { job: { name: 'product', tasks }, out };
}

describe('Threads', () => {
  let host: Memory;
  let threads: Threads;
  const troubles: string[] = [];

  beforeEach(() => {
    host = new Memory();
    troubles.length = 0;
    threads = new Threads(host, (reason) => troubles.push(reason));
  });

  afterEach(() => threads.stop());

  it.each([1, 2, 3, 8])('%d do more tasks than the board has room for, each once', (count) => {
    const { job, out } = doubling(host, 1000);
    threads.run(count, job);
    expect([...host.floats(out, 1000)]).toEqual(Array.from({ length: 1000 }, (_, i) => 2 * i));
    expect(troubles).toEqual([]);
  });

  it('are not the caller’s alone', () => {
    const { job } = doubling(host, 100);
    threads.run(1, job);
    const next = host.allocate(0);
    threads.run(2, job);
    const tileOfOther = host.floats(next, 1); // what was allocated first
    for (const end = Date.now() + 60_000; tileOfOther[0] === 0 && Date.now() < end; ) threads.run(2, job);
    expect(tileOfOther[0]).toBeGreaterThan(0);
  });

  it('go on when their number changes', () => {
    const { job, out } = doubling(host, 20);
    for (const count of [2, 4, 1, 3, 2]) {
      host.floats(out, 20).fill(0);
      threads.run(count, job);
      expect(host.floats(out, 20)[19]).toBe(38);
    }
  });

  it('that fail are given up, and the caller says what is wrong with the job', () => {
    const { job } = doubling(host, 50);
    job.tasks[30][3] = 16 * PAGE; // behind the end of the memory
    expect(() => threads.run(2, job)).toThrow('memory access out of bounds');
    expect(troubles).toEqual(['a thread failed']);
    const healthy = doubling(host, 10);
    threads.run(2, healthy.job);
    expect(host.floats(healthy.out, 10)[9]).toBe(18);
    expect(troubles).toHaveLength(1);
  });
});
