// SPDX-License-Identifier: Apache-2.0
/** The minimum of a smooth convex function: L-BFGS. Nocedal & Wright 2006, algorithms 7.4 and 7.5. */

export interface Evaluation {
  value: number;
  gradient: Float64Array;
}

export type Evaluate = (x: Float64Array) => Promise<Evaluation>;

export interface Minimum extends Evaluation {
  x: Float64Array;
  iterations: number;
  /** Whether no element of the gradient is above the tolerance. */
  converged: boolean;
}

export interface MinimizeOptions {
  /** Ends when no element of the gradient is larger. */
  tolerance: number;
  maxIterations: number;
  onIteration?: (iteration: number, value: number) => void;
}

/** A step and the change of the gradient along it. */
interface Change {
  step: Float64Array;
  ofGradient: Float64Array;
  product: number;
}

/** Changes that are remembered; scipy's number. */
const MEMORY = 10;
const ARMIJO = 1e-4;
const CURVATURE = 0.9;
const LONGEST_SEARCH = 30;
/** Values are float32 sums: what is smaller than their rounding is no increase. */
const ROUNDING = 1e-6;

export async function minimize(
  evaluate: Evaluate,
  start: Float64Array,
  options: MinimizeOptions,
): Promise<Minimum> {
  const changes: Change[] = [];
  let [x, at] = [start, await evaluate(start)];
  let iterations = 0;
  const isDone = () => largest(at.gradient) <= options.tolerance;
  while (!isDone() && iterations < options.maxIterations) {
    const direction = descent(at.gradient, changes);
    const first = changes.length === 0 ? Math.min(1, 1 / largest(at.gradient)) : 1;
    const next = await search(evaluate, x, at, direction, first);
    if (!next) break; // float32 tells no better point from this one
    const step = combine(next.x, -1, x);
    const ofGradient = combine(next.at.gradient, -1, at.gradient);
    const product = dot(step, ofGradient);
    if (product > 0) changes.push({ step, ofGradient, product });
    if (changes.length > MEMORY) changes.shift();
    [x, at] = [next.x, next.at];
    iterations++;
    options.onIteration?.(iterations, at.value);
  }
  return { x, ...at, iterations, converged: isDone() };
}

/** − H g, where H is the inverse of the Hessian as the changes tell it. Algorithm 7.4. */
function descent(gradient: Float64Array, changes: readonly Change[]): Float64Array {
  let direction: Float64Array = gradient.map((value) => -value);
  const weights: number[] = [];
  for (let i = changes.length - 1; i >= 0; i--) {
    const { step, ofGradient, product } = changes[i];
    weights[i] = dot(step, direction) / product;
    direction = combine(direction, -weights[i], ofGradient);
  }
  const last = changes.at(-1);
  if (last) {
    const scale = last.product / dot(last.ofGradient, last.ofGradient);
    direction = direction.map((value) => value * scale);
  }
  for (const [i, { step, ofGradient, product }] of changes.entries()) {
    direction = combine(direction, weights[i] - dot(ofGradient, direction) / product, step);
  }
  return direction;
}

/**
 * A point along the direction where the value has fallen and the slope has flattened (the weak Wolfe conditions), by bisection.
 * Lewis & Overton 2013, algorithm 2.6.
 */
async function search(
  evaluate: Evaluate,
  x: Float64Array,
  { value, gradient }: Evaluation,
  direction: Float64Array,
  first: number,
): Promise<{ x: Float64Array; at: Evaluation } | null> {
  const slope = dot(gradient, direction);
  let [low, high, length] = [0, Number.POSITIVE_INFINITY, first];
  for (let i = 0; i < LONGEST_SEARCH; i++) {
    const point = combine(x, length, direction);
    const at = await evaluate(point);
    if (!(at.value <= value + ARMIJO * length * slope + ROUNDING * Math.abs(value))) high = length;
    else if (dot(at.gradient, direction) < CURVATURE * slope) low = length;
    else return { x: point, at };
    length = high < Number.POSITIVE_INFINITY ? (low + high) / 2 : 2 * low;
  }
  return null;
}

/** a + factor · b */
function combine(a: Float64Array, factor: number, b: Float64Array): Float64Array {
  return a.map((value, i) => value + factor * b[i]);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
