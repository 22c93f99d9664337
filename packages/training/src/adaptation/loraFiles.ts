// SPDX-License-Identifier: Apache-2.0
/** Adapters in PEFT's layout: adapter_config.json and adapter_model.safetensors, in a folder, at an address or in memory. */
import * as tf from '@tensorflow/tfjs';
import { openSource, SafetensorsReader, toSafetensorsBytes } from '@tfjs-clip/safetensors';
import { CheckpointError, saveFiles, type TFCLIPModel } from 'tfjs-clip';
import { LoraAdapter, type LoraPair, loraPair } from './lora.js';
import { fromPeftConfig, toPeftConfig } from './loraConfig.js';
import { linearLayers } from './loraOptions.js';

const CONFIG = 'adapter_config.json';
const WEIGHTS = 'adapter_model.safetensors';
const PREFIX = 'base_model.model.';
const NAME = /^base_model\.model\.(.+)\.lora_([AB])\.weight$/;

/** The files by their names, for where there are no folders. */
export interface LoraFiles {
  [CONFIG]: string;
  [WEIGHTS]: Uint8Array<ArrayBuffer>;
}

/** @param baseModel the model that the adapter belongs to, as PEFT is to find it: a Hugging Face id, or a path */
export async function loraFiles(adapter: LoraAdapter, baseModel: string | null = null): Promise<LoraFiles> {
  const tensors = [...adapter.parameters].map(([name, parameter]) => ({
    name: PREFIX + name,
    dtype: 'F32' as const,
    shape: parameter.shape,
    data: async () => (await parameter.data()) as Float32Array,
  }));
  const config = toPeftConfig(adapter.scaling, adapter.modules, baseModel);
  return {
    [CONFIG]: `${JSON.stringify(config, null, 2)}\n`,
    [WEIGHTS]: await toSafetensorsBytes(tensors, { format: 'pt' }),
  };
}

/**
 * Writes a folder that `PeftModel.from_pretrained` and `loadLora` open.
 *
 * @throws InvalidArgumentError in browsers, which have no folders: see `loraFiles`
 */
export async function saveLora(
  adapter: LoraAdapter,
  directory: string,
  baseModel: string | null = null,
): Promise<void> {
  await saveFiles(directory, { ...(await loraFiles(adapter, baseModel)) });
}

/**
 * ```ts
 * const adapter = await loadLora(model, 'a-folder');
 * adapter.merge();
 * ```
 * @param from a folder, a web address of one, or what `loraFiles` made
 * @throws ConfigurationError for a kind of adapter that computes something else; CheckpointError for one of another model
 */
export async function loadLora(model: TFCLIPModel, from: string | URL | LoraFiles): Promise<LoraAdapter> {
  const where = isPlace(from) ? placeIn(from, CONFIG) : CONFIG;
  const scaling = fromPeftConfig(await readText(from), where);
  const reader = await SafetensorsReader.open(
    await openSource(isPlace(from) ? placeIn(from, WEIGHTS) : from[WEIGHTS], { name: WEIGHTS }),
  );
  try {
    const modules = modulesOf(reader, model, scaling.rank);
    return new LoraAdapter(model, scaling, await readPairs(reader, modules));
  } finally {
    await reader.close();
  }
}

/** @throws CheckpointError that lists all that does not fit, before anything is allocated */
function modulesOf(reader: SafetensorsReader, model: TFCLIPModel, rank: number): string[] {
  const layers = linearLayers(model);
  const modules = new Set<string>();
  const problems: string[] = [];
  for (const name of reader.names()) {
    const [, module, matrix] = NAME.exec(name) ?? [];
    const layer = layers.get(module);
    if (!layer) {
      problems.push(`${name} is of no linear layer of this model`);
      continue;
    }
    modules.add(module);
    const expected = matrix === 'A' ? [rank, layer.inputSize] : [layer.outputSize, rank];
    const { shape } = reader.info(name);
    if (String(shape) !== String(expected)) {
      problems.push(`${name} is [${shape}] instead of [${expected}]`);
    }
    const other = nameOf(module, matrix === 'A' ? 'B' : 'A');
    if (!reader.has(other)) problems.push(`${other} is missing`);
  }
  if (modules.size + problems.length === 0) problems.push('there are no tensors');
  if (problems.length === 0) return [...modules].sort();
  throw new CheckpointError(`${WEIGHTS} is no adapter of this model: ${problems.join('; ')}.`);
}

async function readPairs(
  reader: SafetensorsReader,
  modules: readonly string[],
): Promise<Map<string, LoraPair>> {
  const pairs = new Map<string, LoraPair>();
  for (const module of modules) {
    const names = [nameOf(module, 'A'), nameOf(module, 'B')];
    const [a, b] = await Promise.all(names.map((name) => reader.float32(name)));
    const [shapeOfA, shapeOfB] = names.map((name) => reader.info(name).shape);
    pairs.set(module, loraPair(tf.tensor(a, shapeOfA), tf.tensor(b, shapeOfB)));
  }
  return pairs;
}

async function readText(from: string | URL | LoraFiles): Promise<string> {
  if (!isPlace(from)) return from[CONFIG];
  const source = await openSource(placeIn(from, CONFIG));
  try {
    return new TextDecoder().decode(await source.read(0, source.size));
  } finally {
    await source.close();
  }
}

function isPlace(from: string | URL | LoraFiles): from is string | URL {
  return typeof from === 'string' || from instanceof URL;
}

function placeIn(folder: string | URL, file: string): string {
  return `${String(folder).replace(/\/$/, '')}/${file}`;
}

function nameOf(module: string, matrix: 'A' | 'B'): string {
  return `${PREFIX}${module}.lora_${matrix}.weight`;
}
