// SPDX-License-Identifier: Apache-2.0

/** A function that runs what it is given, no more than `most` at a time, in the order in which they came. */
export function concurrency(most: number): <T>(action: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (action) => {
    if (running === most) await new Promise<void>((go) => waiting.push(go));
    else running++;
    try {
      return await action();
    } finally {
      const next = waiting.shift(); // takes this one's place
      if (next) next();
      else running--;
    }
  };
}
