// SPDX-License-Identifier: Apache-2.0
/** Matchers and globals of every test file. */
import * as tf from '@tensorflow/tfjs';

tf.env().set('PROD', true); // no advice to install another backend

interface NumberLists extends ReadonlyArray<number | NumberLists> {}
export type Expected = ArrayLike<number> | NumberLists | tf.Tensor;

declare global {
  namespace jest {
    interface Matchers<R> {
      /** Every element within `tolerance` × the largest expected magnitude; the failure names the worst one. */
      toBeCloseToTensor(expected: Expected, tolerance: number): Promise<R>;
    }
  }
}

expect.extend({
  async toBeCloseToTensor(received: Expected, expected: Expected, tolerance: number) {
    const [actual, wanted] = [await toNumbers(received), await toNumbers(expected)];
    const [actualShape, wantedShape] = [shapeOf(received), shapeOf(expected)];
    if (actualShape && wantedShape && String(actualShape) !== String(wantedShape)) {
      return fail(`shape [${actualShape}], expected [${wantedShape}]`);
    }
    if (actual.length !== wanted.length) return fail(`${actual.length} values, expected ${wanted.length}`);
    let largest = 0;
    let worst = 0;
    let worstIndex = 0;
    for (let i = 0; i < wanted.length; i++) {
      largest = Math.max(largest, Math.abs(wanted[i]));
      const difference = Math.abs(actual[i] - wanted[i]);
      if (!(difference <= worst)) {
        worst = difference;
        worstIndex = i;
      }
    }
    const pass = worst <= tolerance * Math.max(largest, Number.MIN_VALUE);
    const at = `element ${worstIndex}: ${actual[worstIndex]}, expected ${wanted[worstIndex]}`;
    const message = () =>
      `largest difference ${worst} (${worst / largest} of the largest magnitude ${largest}, allowed ${tolerance}) at ${at}`;
    return { pass, message };
  },
});

async function toNumbers(values: Expected): Promise<ArrayLike<number>> {
  if (values instanceof tf.Tensor) return (await values.data()) as ArrayLike<number>;
  return Array.isArray(values)
    ? (values.flat(Number.POSITIVE_INFINITY) as number[])
    : (values as ArrayLike<number>);
}

function shapeOf(values: Expected): number[] | null {
  return values instanceof tf.Tensor ? values.shape : null;
}

function fail(reason: string) {
  return { pass: false, message: () => reason };
}
