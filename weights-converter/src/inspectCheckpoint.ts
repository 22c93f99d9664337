// SPDX-License-Identifier: Apache-2.0
/** What a checkpoint is, as data for a command to show: nothing is rendered, and no tensor is read. */
import { elementCount } from './bytes.js';
import { type CanonicalTensors, canonicalTensors } from './canonicalTensors.js';
import type { Checkpoint, CheckpointFiles, CheckpointTensor, FormatName, StoredType } from './checkpoint.js';
import { expectedTensors } from './configs/expectedTensors.js';
import { type JSONObject, type ModelConfig, readConfig } from './configs/modelConfig.js';
import { CheckpointMismatchError, WeightsConverterError } from './errors.js';
import { matchCheckpoint } from './matchCheckpoint.js';
import type { SchemeName } from './names/scheme.js';
import { type OpenCheckpointOptions, openCheckpoint } from './openCheckpoint.js';

export type ModelClass =
  | 'CLIPModel'
  | 'CLIPTextModel'
  | 'CLIPTextModelWithProjection'
  | 'CLIPVisionModel'
  | 'CLIPVisionModelWithProjection'
  | 'CLIPForImageClassification';

export interface Amount {
  tensors: number;
  parameters: number;
  bytes: number;
}

export type Part = 'text' | 'vision' | 'projections' | 'classifier' | 'logitScale' | 'other';

export interface Inspection {
  name: string;
  format: FormatName;
  scheme: SchemeName;
  /** The smallest class that has all of the tensors; null if they are none's. */
  modelClass: ModelClass | null;
  total: Amount;
  parts: Partial<Record<Part, Amount>>;
  dtypes: Partial<Record<StoredType, Amount>>;
  metadata: Readonly<Record<string, string>>;
  config: JSONObject | null;
  configSource: ModelConfig['source'] | null;
  /** What had to be assumed. */
  notes: string[];
  /** What keeps it from loading; sentences. */
  problems: string[];
}

/** @throws what openCheckpoint throws: what cannot be opened cannot be inspected */
export async function inspectCheckpoint(
  files: CheckpointFiles,
  options: OpenCheckpointOptions = {},
): Promise<Inspection> {
  const checkpoint = await openCheckpoint(files, options);
  try {
    return await describe(files, checkpoint);
  } finally {
    await checkpoint.close();
  }
}

async function describe(files: CheckpointFiles, checkpoint: Checkpoint): Promise<Inspection> {
  const problems: string[] = [];
  let config: ModelConfig | null = null;
  try {
    config = await readConfig(files, checkpoint);
  } catch (error) {
    if (!(error instanceof WeightsConverterError)) throw error;
    problems.push(error.message);
  }
  const canonical = canonicalTensors(checkpoint);
  const modelClass = classOf(canonical.tensors);
  if (modelClass === null) problems.push('The tensors are not those of any class of CLIP.');
  else if (config) problems.push(...misfits(checkpoint, modelClass, config.json));
  const { total, parts, dtypes } = amounts(canonical);
  const { name, format, scheme, metadata } = checkpoint;
  return {
    ...{ name, format, scheme, modelClass, total, parts, dtypes, metadata },
    config: config?.json ?? null,
    configSource: config?.source ?? null,
    notes: config?.notes ?? [],
    problems,
  };
}

function amounts({ tensors, others }: CanonicalTensors): Pick<Inspection, 'total' | 'parts' | 'dtypes'> {
  const total: Amount = { tensors: 0, parameters: 0, bytes: 0 };
  const parts: Partial<Record<Part, Amount>> = {};
  const dtypes: Partial<Record<StoredType, Amount>> = {};
  const counted = [
    ...[...tensors].map(([name, tensor]) => ({ part: partOf(name), tensor })),
    ...others.map((tensor) => ({ part: 'other' as const, tensor })),
  ];
  for (const { part, tensor } of counted) {
    const { dtype, shape, byteLength } = tensor;
    parts[part] ??= { tensors: 0, parameters: 0, bytes: 0 };
    dtypes[dtype] ??= { tensors: 0, parameters: 0, bytes: 0 };
    for (const amount of [total, parts[part], dtypes[dtype]]) {
      amount.tensors += 1;
      amount.parameters += elementCount(shape)!;
      amount.bytes += byteLength;
    }
  }
  return { total, parts, dtypes };
}

function partOf(canonical: string): Part {
  if (canonical.startsWith('text_model.')) return 'text';
  if (canonical.startsWith('vision_model.')) return 'vision';
  if (/^(?:text|visual)_projection\./.test(canonical)) return 'projections';
  if (canonical.startsWith('classifier.')) return 'classifier';
  return 'logitScale';
}

function classOf(names: ReadonlyMap<string, CheckpointTensor>): ModelClass | null {
  const text = names.has('text_model.embeddings.token_embedding.weight');
  const vision = names.has('vision_model.embeddings.patch_embedding.weight');
  if (text && vision) return 'CLIPModel';
  if (text) return names.has('text_projection.weight') ? 'CLIPTextModelWithProjection' : 'CLIPTextModel';
  if (!vision) return null;
  if (names.has('classifier.weight')) return 'CLIPForImageClassification';
  return names.has('visual_projection.weight') ? 'CLIPVisionModelWithProjection' : 'CLIPVisionModel';
}

/** By the same rules as loading. */
function misfits(checkpoint: Checkpoint, modelClass: ModelClass, config: JSONObject): string[] {
  const tower = modelClass.startsWith('CLIPText')
    ? 'text_model'
    : modelClass === 'CLIPModel'
      ? undefined
      : 'vision_model';
  try {
    matchCheckpoint(checkpoint, expectedTensors(modelClass, config), tower);
    return [];
  } catch (error) {
    if (error instanceof CheckpointMismatchError) return [error.message];
    throw error;
  }
}
