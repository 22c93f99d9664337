// SPDX-License-Identifier: Apache-2.0

/** Runs at most so many at once; the others wait in line. */
export class Limit {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  async run<T>(action: () => Promise<T>): Promise<T> {
    if (this.free === 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.free--;
    try {
      return await action();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free++;
    }
  }
}
