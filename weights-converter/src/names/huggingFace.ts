// SPDX-License-Identifier: Apache-2.0
/** Hugging Face's PyTorch names are the canonical ones: only the layout changes on the way in and out. */
import { castFloat32, type WritableTensor } from '@tfjs-clip/safetensors';
import type { Checkpoint, CheckpointTensor, RawCheckpoint } from '../checkpoint.js';
import { UnwritableTensorError } from '../errors.js';
import { fromOurLayout, fromOurShape, toOurLayout, toOurShape } from '../layout.js';
import type { Tower } from '../prefixes.js';

/** What Hugging Face's files carry as metadata; its loader refuses files without it. */
export const HUGGING_FACE_METADATA: Readonly<Record<string, string>> = Object.freeze({ format: 'pt' });

export interface NamedTensor {
  /** Hugging Face's name, with the prefix of the full model. */
  name: string;
  /** In our layout. */
  shape: readonly number[];
  /** float32 in our layout; a function is called when the tensor is written. */
  data: Float32Array | (() => Promise<Float32Array>);
}

export interface HuggingFaceOptions {
  /** What the numbers are stored as. Default 'F32'. */
  dtype?: 'F32' | 'F16' | 'BF16';
  /**
   * Writes the bare names of this tower, as CLIPTextModel and CLIPVisionModel of transformers 5 do
   * (`embeddings…` for `text_model.embeddings…`). Default: the prefixed names, which all versions read.
   */
  bareTower?: Tower;
}

export function fromHuggingFace(name: string, raw: RawCheckpoint): Checkpoint {
  const tensors = new Map<string, CheckpointTensor>();
  for (const tensor of raw.tensors) {
    tensors.set(tensor.name, {
      name: tensor.name,
      dtype: tensor.dtype,
      shape: toOurShape(tensor.name, tensor.shape),
      read: async () => toOurLayout(tensor.name, tensor.shape, await tensor.read()).data,
    });
  }
  return { name, metadata: raw.metadata, tensors, close: () => raw.close() };
}

/**
 * The tensors as writeSafetensors takes them, in Hugging Face's names and layout; each is laid out and cast when it is written.
 * Write them with HUGGING_FACE_METADATA.
 * @throws UnwritableTensorError for a name outside `bareTower`'s tower.
 */
export function* toHuggingFaceTensors(
  named: Iterable<NamedTensor>,
  { dtype = 'F32', bareTower }: HuggingFaceOptions = {},
): Generator<WritableTensor, void, undefined> {
  for (const { name, shape, data } of named) {
    yield {
      name: bareTower ? bareName(name, bareTower) : name,
      dtype,
      shape: fromOurShape(name, shape),
      data: async () => {
        const values = typeof data === 'function' ? await data() : data;
        return castFloat32(fromOurLayout(name, shape, values).data, dtype);
      },
    };
  }
}

function bareName(name: string, tower: Tower): string {
  if (name.startsWith(`${tower}.`)) return name.slice(tower.length + 1);
  throw new UnwritableTensorError(
    `'${name}' is not a tensor of ${tower}, so it has no bare name: write it without bareTower.`,
  );
}
