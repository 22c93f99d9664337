// SPDX-License-Identifier: Apache-2.0
/** A CLIP of a few numbers, as each class of transformers writes it; and file sets in memory. */
import { castFloat32, openSource, toSafetensorsBytes, type WritableTensor } from '@tfjs-clip/safetensors';
import type { CheckpointFiles } from '../src/checkpoint.js';

export const SIZES = { projection: 3, textLayers: 2, visionLayers: 1 };
const TEXT = { hidden: 4, intermediate: 6 };
const VISION = { hidden: 8, intermediate: 10 };
const PATCH = { size: 2, channels: 3, positions: 5 };

type Shapes = Record<string, number[]>;

function encoder(prefix: string, layers: number, { hidden, intermediate }: typeof TEXT): Shapes {
  const shapes: Shapes = {};
  for (let i = 0; i < layers; i++) {
    const layer = `${prefix}encoder.layers.${i}.`;
    for (const part of ['k', 'v', 'q', 'out']) {
      shapes[`${layer}self_attn.${part}_proj.weight`] = [hidden, hidden];
      shapes[`${layer}self_attn.${part}_proj.bias`] = [hidden];
    }
    for (const norm of ['layer_norm1', 'layer_norm2'])
      Object.assign(shapes, layerNorm(`${layer}${norm}`, hidden));
    shapes[`${layer}mlp.fc1.weight`] = [intermediate, hidden];
    shapes[`${layer}mlp.fc1.bias`] = [intermediate];
    shapes[`${layer}mlp.fc2.weight`] = [hidden, intermediate];
    shapes[`${layer}mlp.fc2.bias`] = [hidden];
  }
  return shapes;
}

function layerNorm(name: string, hidden: number): Shapes {
  return { [`${name}.weight`]: [hidden], [`${name}.bias`]: [hidden] };
}

/** PyTorch's names and shapes (state_dict of transformers’ CLIPModel). */
export function textTower(prefix = 'text_model.'): Shapes {
  return {
    [`${prefix}embeddings.token_embedding.weight`]: [7, TEXT.hidden],
    [`${prefix}embeddings.position_embedding.weight`]: [5, TEXT.hidden],
    ...encoder(prefix, SIZES.textLayers, TEXT),
    ...layerNorm(`${prefix}final_layer_norm`, TEXT.hidden),
  };
}

export function visionTower(prefix = 'vision_model.'): Shapes {
  return {
    [`${prefix}embeddings.class_embedding`]: [VISION.hidden],
    [`${prefix}embeddings.patch_embedding.weight`]: [VISION.hidden, PATCH.channels, PATCH.size, PATCH.size],
    [`${prefix}embeddings.position_embedding.weight`]: [PATCH.positions, VISION.hidden],
    ...layerNorm(`${prefix}pre_layrnorm`, VISION.hidden),
    ...encoder(prefix, SIZES.visionLayers, VISION),
    ...layerNorm(`${prefix}post_layernorm`, VISION.hidden),
  };
}

export const TEXT_PROJECTION: Shapes = { 'text_projection.weight': [SIZES.projection, TEXT.hidden] };
export const VISION_PROJECTION: Shapes = { 'visual_projection.weight': [SIZES.projection, VISION.hidden] };

export function fullModel(): Shapes {
  return { logit_scale: [], ...TEXT_PROJECTION, ...VISION_PROJECTION, ...textTower(), ...visionTower() };
}

export function prefixed(prefix: string, shapes: Shapes): Shapes {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [prefix + name, shape]));
}

/** Each tensor counts up from a number of its own. */
export function tensorsOf(shapes: Shapes, dtype: 'F32' | 'F16' | 'BF16' = 'F32'): WritableTensor[] {
  return Object.entries(shapes).map(([name, shape], start) => {
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => start + i);
    return { name, dtype, shape, data: castFloat32(values, dtype) };
  });
}

/** What old files carry besides. */
export function positionIds(prefix: string): WritableTensor {
  return {
    name: `${prefix}embeddings.position_ids`,
    dtype: 'I64',
    shape: [1, 5],
    data: BigInt64Array.of(0n, 1n, 2n, 3n, 4n),
  };
}

export interface MemoryFiles extends CheckpointFiles {
  /** How many files are open, and how many bytes were read through them. */
  readonly use: { open: number; bytesRead: number };
}

export function memoryFiles(files: Record<string, Uint8Array>): MemoryFiles {
  const use = { open: 0, bytesRead: 0 };
  return {
    name: 'tiny-clip',
    use,
    read: async (file) => files[file] ?? null,
    open: async (file) => {
      if (!files[file]) return null;
      const source = await openSource(files[file], { name: file });
      use.open++;
      return {
        ...source,
        read: (offset, length) => {
          use.bytesRead += length;
          return source.read(offset, length);
        },
        close: async () => {
          use.open--;
        },
      };
    },
  };
}

export async function singleFile(
  tensors: WritableTensor[],
  metadata?: Record<string, string>,
): Promise<MemoryFiles> {
  return memoryFiles({ 'model.safetensors': await toSafetensorsBytes(tensors, metadata) });
}
