// SPDX-License-Identifier: Apache-2.0
/** How long calls take, until their values are read. */
import type { Tensor } from '@tensorflow/tfjs';

/** Milliseconds. */
export interface Timing {
  /** The first call, in which weights are uploaded and shaders compiled. */
  first: number;
  median: number;
  /** Half of the calls take between these two. */
  lower: number;
  upper: number;
}

const LEAST_CALLS = 3;

/**
 * Calls once, and then for `seconds`, but three times at least.
 *
 * @param onCall told after each call how many seconds have passed since the first
 */
export async function timeCalls(
  forward: () => Tensor,
  seconds: number,
  onCall: (elapsed: number) => void = () => {},
): Promise<Timing> {
  const first = await timeCall(forward);
  const samples: number[] = [];
  const started = performance.now();
  while (samples.length < LEAST_CALLS || performance.now() - started < 1000 * seconds) {
    samples.push(await timeCall(forward));
    onCall((performance.now() - started) / 1000);
  }
  samples.sort((a, b) => a - b);
  const quantile = (share: number) => samples[Math.round(share * (samples.length - 1))];
  return { first, median: quantile(0.5), lower: quantile(0.25), upper: quantile(0.75) };
}

async function timeCall(forward: () => Tensor): Promise<number> {
  const started = performance.now();
  const output = forward();
  await output.data();
  output.dispose();
  return performance.now() - started;
}
