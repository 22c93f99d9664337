// SPDX-License-Identifier: Apache-2.0
/** Whose names a file has, and its tensors under Hugging Face's. */
import type { Checkpoint, CheckpointTensor, RawCheckpoint, RawTensor } from '../checkpoint.js';
import { BrokenCheckpointError, UnsupportedCheckpointError } from '../errors.js';
import { Slabs } from '../slabs.js';
import { flax } from './flax.js';
import { fromHuggingFace } from './huggingFace.js';
import { keras } from './keras.js';
import { openai } from './openai.js';
import { openClip } from './openClip.js';
import { asItIs, lookUp, type NamingScheme, toCheckpointTensors } from './scheme.js';

/** The first that matches; Hugging Face's if none does. */
export const SCHEMES: readonly NamingScheme[] = [openai, openClip, flax, keras];

/** Towers under OpenAI's and OpenCLIP's names that are no vision transformer. */
const OTHER_TOWERS: [RegExp, string][] = [
  [/^visual\.(?:layer1|attnpool)\./, 'a ResNet'],
  [/^visual\.trunk\./, 'a model of timm'],
  [/^text\.transformer\.(?:encoder|embeddings)\./, 'a text model of transformers'],
];

export function translate(name: string, raw: RawCheckpoint): Omit<Checkpoint, 'name' | 'format'> {
  const names = new Set(raw.tensors.map((tensor) => tensor.name));
  const scheme = SCHEMES.find((candidate) => candidate.matches(names));
  const slabs = new Slabs();
  const translated = scheme
    ? translateBy(scheme, name, raw.tensors, slabs)
    : raw.tensors.map((tensor) => fromHuggingFace(tensor, slabs));
  const tensors = new Map<string, CheckpointTensor>();
  for (const tensor of translated) {
    if (tensors.has(tensor.name)) {
      throw new BrokenCheckpointError(name, `it holds '${tensor.name.slice(0, 200)}' more than once`);
    }
    tensors.set(tensor.name, tensor);
  }
  return {
    scheme: scheme?.name ?? 'hugging-face',
    metadata: raw.metadata,
    tensors,
    close: () => raw.close(),
  };
}

function translateBy(
  scheme: NamingScheme,
  name: string,
  raws: readonly RawTensor[],
  slabs: Slabs,
): CheckpointTensor[] {
  const find = lookUp(scheme);
  return raws.flatMap((raw) => {
    const theirs = scheme.normalize(raw.name);
    if (scheme.ignored.test(theirs)) return [];
    const match = find(theirs);
    if (match) return toCheckpointTensors(raw, match, slabs);
    const other = OTHER_TOWERS.find(([pattern]) => pattern.test(raw.name))?.[1];
    if (other) {
      throw new UnsupportedCheckpointError(
        `${name} has ${other} for a tower; this library runs CLIPs of two transformers (ViT-…).`,
      );
    }
    // Under its own name: matching reports it.
    return asItIs(raw, raw.name, slabs);
  });
}
