// SPDX-License-Identifier: Apache-2.0
/** How things are timed here. */

/** Milliseconds of one call: warmed up twice, then for `seconds` and at least three times. */
export async function time(call, seconds) {
  await call();
  await call();
  const samples = [];
  const end = performance.now() + seconds * 1000;
  while (samples.length < 3 || performance.now() < end) {
    const start = performance.now();
    await call();
    samples.push(performance.now() - start);
  }
  samples.sort((a, b) => a - b);
  return { median: samples[samples.length >> 1], fastest: samples[0], runs: samples.length };
}
