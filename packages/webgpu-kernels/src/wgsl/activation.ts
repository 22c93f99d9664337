// SPDX-License-Identifier: Apache-2.0
/** HF's `hidden_act` functions on four numbers: `fn activate(x : vec4<f32>) -> vec4<f32>`. */

/** Beyond these exp overflows, or tanh does on some devices; the functions have long reached their limits. */
const SIGMOID = `
  fn sigmoid4(x : vec4<f32>) -> vec4<f32> {
    return 1.0 / (1.0 + exp(min(-x, vec4<f32>(80.0))));
  }`;

/** Abramowitz & Stegun 1964, 7.1.26, as in tfjs's own erf: off by at most 1.5e-7. */
const ERF = `
  fn erf4(x : vec4<f32>) -> vec4<f32> {
    let a = abs(x);
    let t = 1.0 / (1.0 + 0.3275911 * a);
    let p = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
    return sign(x) * (1.0 - p * exp(-min(a * a, vec4<f32>(80.0))));
  }`;

const GELU_TANH = `
  fn activate(x : vec4<f32>) -> vec4<f32> {
    let inner = ${Math.sqrt(2 / Math.PI)} * (x + 0.044715 * x * x * x);
    return 0.5 * x * (1.0 + tanh(clamp(inner, vec4<f32>(-20.0), vec4<f32>(20.0))));
  }`;

const SILU = `${SIGMOID}
  fn activate(x : vec4<f32>) -> vec4<f32> { return x * sigmoid4(x); }`;

const ACTIVATIONS: Readonly<Record<string, string>> = {
  quick_gelu: `${SIGMOID}
  fn activate(x : vec4<f32>) -> vec4<f32> { return x * sigmoid4(1.702 * x); }`,
  gelu: `${ERF}
  fn activate(x : vec4<f32>) -> vec4<f32> { return 0.5 * x * (1.0 + erf4(x * ${Math.SQRT1_2})); }`,
  gelu_new: GELU_TANH,
  gelu_pytorch_tanh: GELU_TANH,
  relu: 'fn activate(x : vec4<f32>) -> vec4<f32> { return max(x, vec4<f32>(0.0)); }',
  silu: SILU,
  swish: SILU,
};

/** @param name of HF's `hidden_act`, or null for the identity */
export function activationSnippet(name: string | null): string {
  if (name === null) return 'fn activate(x : vec4<f32>) -> vec4<f32> { return x; }';
  const snippet = ACTIVATIONS[name];
  if (!snippet) {
    const known = Object.keys(ACTIVATIONS).join(', ');
    throw new Error(`The webgpu kernels do not know the activation ${name}, only ${known}.`);
  }
  return snippet;
}
