// SPDX-License-Identifier: Apache-2.0
/** What the tests of adapters share. */
import path from 'node:path';
import { type LoraAdapter, type LoraOptions, lora } from '@tfjs-clip/training';
import { TFCLIPModel } from 'tfjs-clip';
import { tinyConfig } from '../harness/tinyConfig.js';

/** An adapter of PEFT's: test/python/make_adaptation.py. */
export function adapterFolder(name: string): string {
  return path.resolve(__dirname, '../fixtures/adaptation', name);
}

/** Uses a new adapter of a tiny model. */
export async function withAdapter<T>(
  options: LoraOptions,
  use: (adapter: LoraAdapter) => Promise<T>,
): Promise<T> {
  const model = new TFCLIPModel(tinyConfig());
  try {
    const adapter = lora(model, options);
    try {
      return await use(adapter);
    } finally {
      adapter.dispose();
    }
  } finally {
    model.dispose();
  }
}

/** Of all weights, by name. */
export async function valuesOf(model: TFCLIPModel): Promise<Map<string, Float32Array>> {
  const values = new Map<string, Float32Array>();
  for (const [name, variable] of model.namedWeights()) {
    values.set(name, (await variable.data()).slice() as Float32Array);
  }
  return values;
}
