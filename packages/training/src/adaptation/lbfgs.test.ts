// SPDX-License-Identifier: Apache-2.0
import { type Evaluate, minimize } from './lbfgs.js';

const SIZE = 12;
const options = { tolerance: 1e-6, maxIterations: 1000 };

/** Σ kᵢ (xᵢ − i)² / 2, where the largest k is 10,000 times the smallest. */
const valley: Evaluate = async (x) => {
  const steepness = (i: number) => 10 ** ((4 * i) / (SIZE - 1));
  return {
    value: x.reduce((sum, value, i) => sum + (steepness(i) * (value - i) ** 2) / 2, 0),
    gradient: x.map((value, i) => steepness(i) * (value - i)),
  };
};

it('finds the bottom of a narrow valley in about as many steps as scipy', async () => {
  const { x, converged, iterations } = await minimize(valley, new Float64Array(SIZE), options);
  expect(converged).toBe(true);
  expect(iterations).toBeLessThan(1.2 * 165); // scipy's L-BFGS-B takes 165.
  for (const [i, value] of x.entries()) expect(value).toBeCloseTo(i, 5);
});

it('takes no step from the bottom', async () => {
  const bottom = Float64Array.from({ length: SIZE }, (_, i) => i);
  expect(await minimize(valley, bottom, options)).toMatchObject({ iterations: 0, converged: true, value: 0 });
});

it('ends where rounding tells no better point, and says that it is not there', async () => {
  const coarse: Evaluate = async (x) => {
    const { value, gradient } = await valley(x);
    return { value: Math.fround(value), gradient: gradient.map((g) => Math.fround(g) + 1e-3) };
  };
  const { converged, x } = await minimize(coarse, new Float64Array(SIZE), { ...options, tolerance: 0 });
  expect(converged).toBe(false);
  for (const [i, value] of x.entries()) expect(Math.abs(value - i)).toBeLessThan(0.1);
});

it('passes over points where the value is no number', async () => {
  const barrier: Evaluate = async ([x]) => ({
    value: x - Math.log(x), // least at 1, NaN below 0
    gradient: Float64Array.of(1 - 1 / x),
  });
  const { x, converged } = await minimize(barrier, Float64Array.of(8), options);
  expect(converged).toBe(true);
  expect(x[0]).toBeCloseTo(1, 5);
});
