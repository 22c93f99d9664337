// SPDX-License-Identifier: Apache-2.0
/** What four lanes at a time are computed with. */

/** x · y + z: rounded once where the target is relaxed SIMD, and in half the instructions. */
export function multiplyAdd(x: v128, y: v128, z: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(x, y, z) : f32x4.add(f32x4.mul(x, y), z);
}

export function sumOfLanes(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) +
    f32x4.extract_lane(x, 1) +
    (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  );
}

export function largestLane(x: v128): f32 {
  return max(
    max(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1)),
    max(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)),
  );
}

/** Below it eˣ is no longer a normal float, and 0 here. */
const LOWEST_EXPONENT: f32 = -87;
const LARGEST_EXPONENT: f32 = 88;

/**
 * eˣ = 2ⁿ eʳ with n = x / ln 2 rounded, and a polynomial for eʳ, |r| ≤ ½ ln 2. Cephes' expf; within 2e-7, relatively.
 * ln 2 is taken off in two parts, the first of which has no more bits than n leaves exact.
 */
export function exp(x: v128): v128 {
  const bounded = f32x4.pmin(f32x4.pmax(x, f32x4.splat(LOWEST_EXPONENT)), f32x4.splat(LARGEST_EXPONENT));
  const n = f32x4.nearest(f32x4.mul(bounded, f32x4.splat(Mathf.LOG2E)));
  let r = multiplyAdd(n, f32x4.splat(-0.693359375), bounded);
  r = multiplyAdd(n, f32x4.splat(2.1219444e-4), r);
  let polynomial = f32x4.splat(1.98756915e-4);
  polynomial = multiplyAdd(polynomial, r, f32x4.splat(1.3981999507e-3));
  polynomial = multiplyAdd(polynomial, r, f32x4.splat(8.3334519073e-3));
  polynomial = multiplyAdd(polynomial, r, f32x4.splat(4.1665795894e-2));
  polynomial = multiplyAdd(polynomial, r, f32x4.splat(1.6666665459e-1));
  polynomial = multiplyAdd(polynomial, r, f32x4.splat(5.0000001201e-1));
  polynomial = f32x4.add(multiplyAdd(polynomial, f32x4.mul(r, r), r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return v128.and(f32x4.mul(polynomial, power), f32x4.gt(x, f32x4.splat(LOWEST_EXPONENT)));
}
