// SPDX-License-Identifier: Apache-2.0
/** Adapters in PEFT's layout: adapter_config.json and adapter_model.safetensors, in a folder, at an address or in memory. */
import * as tf from '@tensorflow/tfjs';
import { openSource, SafetensorsReader, toSafetensorsBytes } from '@tfjs-clip/safetensors';
import {
  CheckpointError,
  type ModelFiles,
  ModelNotFoundError,
  type PretrainedOptions,
  resolveModelFiles,
  saveFiles,
  type TFCLIPModel,
} from 'tfjs-clip';
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
 * @param from a folder, a web address of one, a Hugging Face id, or what `loraFiles` made
 * @throws ModelNotFoundError where there is none; ConfigurationError for a kind of adapter that computes something else;
 *   CheckpointError for one of another model
 */
export async function loadLora(
  model: TFCLIPModel,
  from: string | URL | LoraFiles,
  options: PretrainedOptions = {},
): Promise<LoraAdapter> {
  const isPlace = typeof from === 'string' || from instanceof URL;
  const files = isPlace ? await resolveModelFiles(from, options) : inMemory(from);
  const [config, weights] = [await files.read(CONFIG), await files.open(WEIGHTS)];
  const reader = weights && (await SafetensorsReader.open(weights));
  try {
    if (!config || !reader) {
      throw new ModelNotFoundError(
        `There is no adapter in ${files.name}: it has no ${config ? WEIGHTS : CONFIG}.`,
      );
    }
    const scaling = fromPeftConfig(new TextDecoder().decode(config), `${CONFIG} of ${files.name}`);
    const modules = modulesOf(reader, model, scaling.rank);
    return new LoraAdapter(model, scaling, await readPairs(reader, modules));
  } finally {
    await reader?.close();
  }
}

function inMemory(files: LoraFiles): Pick<ModelFiles, 'name' | 'read' | 'open'> {
  return {
    name: 'memory',
    read: async () => new TextEncoder().encode(files[CONFIG]),
    open: () => openSource(files[WEIGHTS], { name: WEIGHTS }),
  };
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

/** After an error there are none. */
async function readPairs(
  reader: SafetensorsReader,
  modules: readonly string[],
): Promise<Map<string, LoraPair>> {
  const pairs = new Map<string, LoraPair>();
  const read = async (name: string) => [await reader.float32(name), reader.info(name).shape] as const;
  try {
    for (const module of modules) {
      const [a, b] = [await read(nameOf(module, 'A')), await read(nameOf(module, 'B'))];
      pairs.set(module, loraPair(tf.tensor(...a), tf.tensor(...b)));
    }
    return pairs;
  } catch (error) {
    for (const { a, b } of pairs.values()) tf.dispose([a, b]);
    throw error;
  }
}

function nameOf(module: string, matrix: 'A' | 'B'): string {
  return `${PREFIX}${module}.lora_${matrix}.weight`;
}
