// SPDX-License-Identifier: Apache-2.0
/** HF's `hidden_act` functions, by the numbers that src/kernels/activation.ts gives them. */
import { exp, multiplyAdd } from './arithmetic';

export const NONE = 0;
const QUICK_GELU = 1;
const GELU = 2;
const GELU_TANH = 3;
const RELU = 4;

export function activate(x: v128, activation: i32): v128 {
  if (activation === NONE) return x;
  if (activation === QUICK_GELU) return timesSigmoid(x, 1.702);
  if (activation === GELU) return gelu(x);
  if (activation === GELU_TANH) return geluTanh(x);
  if (activation === RELU) return f32x4.max(x, f32x4.splat(0));
  return timesSigmoid(x, 1); // silu
}

/** x · σ(scale · x) */
function timesSigmoid(x: v128, scale: f32): v128 {
  return f32x4.div(x, f32x4.add(f32x4.splat(1), exp(f32x4.mul(x, f32x4.splat(-scale)))));
}

/** x · ½ (1 + erf(x / √2)) */
function gelu(x: v128): v128 {
  const half = f32x4.mul(x, f32x4.splat(0.5));
  return multiplyAdd(half, erf(f32x4.mul(x, f32x4.splat(Mathf.SQRT1_2))), half);
}

/** Abramowitz & Stegun 7.1.26, within 1.5e-7; tfjs's own. */
function erf(x: v128): v128 {
  const size = f32x4.abs(x);
  const t = f32x4.div(f32x4.splat(1), multiplyAdd(size, f32x4.splat(0.3275911), f32x4.splat(1)));
  let polynomial = multiplyAdd(t, f32x4.splat(1.061405429), f32x4.splat(-1.453152027));
  polynomial = multiplyAdd(polynomial, t, f32x4.splat(1.421413741));
  polynomial = multiplyAdd(polynomial, t, f32x4.splat(-0.284496736));
  polynomial = multiplyAdd(polynomial, t, f32x4.splat(0.254829592));
  const rest = f32x4.mul(f32x4.mul(polynomial, t), exp(f32x4.neg(f32x4.mul(x, x))));
  return withSign(f32x4.sub(f32x4.splat(1), rest), x);
}

/** x · ½ (1 + tanh(√(2/π) (x + 0.044715 x³))), which is x · σ(2 √(2/π) (x + 0.044715 x³)). */
function geluTanh(x: v128): v128 {
  const cubic = f32x4.mul(f32x4.mul(x, x), f32x4.splat(0.044715));
  const inner = multiplyAdd(cubic, x, x);
  return f32x4.div(x, f32x4.add(f32x4.splat(1), exp(f32x4.mul(inner, f32x4.splat(-1.59576912)))));
}

function withSign(size: v128, x: v128): v128 {
  return v128.or(size, v128.and(x, f32x4.splat(-0.0)));
}
