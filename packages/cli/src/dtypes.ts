// SPDX-License-Identifier: Apache-2.0
/** What weights can be stored as, by the names that the command line has for it. */
import { InvalidArgumentError } from 'commander';
import type { WeightStorage } from 'tfjs-clip';

export const DTYPES = {
  float32: { dtype: 'F32' },
  float16: { dtype: 'F16' },
  bfloat16: { dtype: 'BF16' },
  int8: { quantization: { type: 'int8' } },
  int4: { quantization: { type: 'int4' } },
} as const satisfies Record<string, WeightStorage>;
export type Dtype = keyof typeof DTYPES;

export const DTYPE_NAMES = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' } as const;

export function parseDtype(text: string): Dtype {
  if (Object.hasOwn(DTYPES, text)) return text as Dtype;
  throw new InvalidArgumentError(`There are ${Object.keys(DTYPES).join(', ')}.`);
}
