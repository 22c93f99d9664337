// SPDX-License-Identifier: Apache-2.0
/** HF's `hidden_act` functions, by their numbers in assembly/activation.ts. */
const NUMBERS: Readonly<Record<string, number>> = {
  quick_gelu: 1,
  gelu: 2,
  gelu_new: 3,
  gelu_pytorch_tanh: 3,
  relu: 4,
  silu: 5,
  swish: 5,
};

export function numberOf(activation: string | null): number {
  if (activation === null) return 0;
  const number = NUMBERS[activation];
  if (!number) throw new Error(`The wasm kernels have no activation '${activation}'.`);
  return number;
}
