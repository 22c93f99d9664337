// SPDX-License-Identifier: Apache-2.0
/** Hugging Face's PyTorch names are the canonical ones: only the layout changes on the way in and out. */
import { castFloat32, type WritableTensor } from '@tfjs-clip/safetensors';
import type { CheckpointTensor, RawTensor } from '../checkpoint.js';
import { UnwritableTensorError } from '../errors.js';
import { fromOurLayout, fromOurShape, isLinear, toOurShape, turnOf } from '../layout.js';
import type { Tower } from '../prefixes.js';
import type { Quantization } from '../quantization.js';
import { type QuantizedEntry, quantizedEntry, quantizedTensors } from '../quantizedFiles.js';
import { readerOf, type Slabs } from '../slabs.js';

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
  /** Stores the weights of linear layers as integers; the rest as `dtype`. Only this library reads such files. */
  quantization?: Quantization;
}

export function fromHuggingFace(raw: RawTensor, slabs: Slabs): CheckpointTensor {
  const { name, dtype, shape, byteLength } = raw;
  const read = readerOf(raw, { shape, begin: 0, turn: turnOf(name, shape) }, slabs);
  return { name, dtype, shape: toOurShape(name, shape), byteLength, read };
}

/**
 * The tensors as writeSafetensors takes them, in Hugging Face's names and layout; each is laid out and cast when it is written.
 * Write them with HUGGING_FACE_METADATA, or by saveCheckpoint, which quantized ones need.
 * @throws UnwritableTensorError for a name outside `bareTower`'s tower.
 */
export function* toHuggingFaceTensors(
  named: Iterable<NamedTensor>,
  { dtype = 'F32', bareTower, quantization }: HuggingFaceOptions = {},
): Generator<WritableTensor, void, undefined> {
  for (const { name, shape, data } of named) {
    const theirs = bareTower ? bareName(name, bareTower) : name;
    const read = async () => {
      const values = typeof data === 'function' ? await data() : data;
      return fromOurLayout(name, shape, values).data;
    };
    const theirShape = fromOurShape(name, shape);
    if (quantization && isLinear(name, shape)) {
      yield* quantizedTensors(theirs, theirShape, read, quantization);
    } else {
      yield { name: theirs, dtype, shape: theirShape, data: async () => castFloat32(await read(), dtype) };
    }
  }
}

/** What a file's metadata must say of the tensors that toHuggingFaceTensors quantizes. */
export function quantizedEntries(
  named: Iterable<NamedTensor>,
  { bareTower, quantization }: HuggingFaceOptions,
): Record<string, QuantizedEntry> {
  if (!quantization) return {};
  const entries: Record<string, QuantizedEntry> = {};
  for (const { name, shape } of named) {
    if (!isLinear(name, shape)) continue;
    const theirs = bareTower ? bareName(name, bareTower) : name;
    entries[theirs] = quantizedEntry(fromOurShape(name, shape), quantization);
  }
  return entries;
}

function bareName(name: string, tower: Tower): string {
  if (name.startsWith(`${tower}.`)) return name.slice(tower.length + 1);
  throw new UnwritableTensorError(
    `'${name}' is not a tensor of ${tower}, so it has no bare name: write it without bareTower.`,
  );
}
