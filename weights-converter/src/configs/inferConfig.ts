// SPDX-License-Identifier: Apache-2.0
/** A configuration from the shapes of the tensors, for files that come without one. */
import { canonicalTensors } from '../canonicalTensors.js';
import type { Checkpoint } from '../checkpoint.js';
import { UnsupportedCheckpointError } from '../errors.js';
import type { Tower } from '../prefixes.js';
import type { JSONObject, ModelConfig } from './modelConfig.js';

/** What all published CLIPs have, and OpenCLIP assumes for the visual tower. */
const HEAD_WIDTH = 64;

/** @throws UnsupportedCheckpointError if the tensors have no tower, or one that is no vision transformer */
export function inferConfig(checkpoint: Checkpoint): ModelConfig {
  const { scheme } = checkpoint;
  const { tensors } = canonicalTensors(checkpoint);
  const shapes = new Map([...tensors].map(([name, { shape }]) => [name, shape]));
  const [activation, reason] = activationOf(checkpoint);
  const notes = [`There is no config.json: the sizes are those of the tensors, and ${reason}.`];
  const text = textConfig(shapes, activation, notes);
  const vision = visionConfig(shapes, activation, notes, checkpoint.name);
  if (text && vision) {
    const projection_dim = text.projection_dim ?? vision.projection_dim;
    const json = { model_type: 'clip', projection_dim, text_config: text, vision_config: vision };
    return { json, source: 'tensors', scheme, notes };
  }
  const tower = text ?? vision;
  if (tower) return { json: tower, source: 'tensors', scheme, notes };
  throw new UnsupportedCheckpointError(
    `${checkpoint.name} has no config.json, and its tensors are not those of a CLIP: ` +
      'none is the embedding of a text or a vision tower.',
  );
}

/** Nothing in a tensor tells the activation. */
function activationOf({ scheme }: Checkpoint): [string, string] {
  return scheme === 'openclip'
    ? ['gelu', 'the activation is taken for gelu, as in most models of OpenCLIP']
    : ['quick_gelu', 'the activation is taken for quick_gelu, as in all models of OpenAI'];
}

function textConfig(
  shapes: ReadonlyMap<string, number[]>,
  activation: string,
  notes: string[],
): JSONObject | null {
  const [vocabulary, hidden] = shapes.get('text_model.embeddings.token_embedding.weight') ?? [];
  if (hidden === undefined) return null;
  const positions = shapes.get('text_model.embeddings.position_embedding.weight')?.[0];
  return {
    model_type: 'clip_text_model',
    vocab_size: vocabulary,
    max_position_embeddings: positions,
    ...sharedFields(shapes, 'text_model', hidden, activation, notes),
    ...projectionOf(shapes, 'text_projection.weight'),
    // The rule of old files: the text ends at the largest id, whatever it is.
    bos_token_id: 0,
    eos_token_id: 2,
    pad_token_id: 1,
  };
}

function visionConfig(
  shapes: ReadonlyMap<string, number[]>,
  activation: string,
  notes: string[],
  name: string,
): JSONObject | null {
  const [patch, width, channels, hidden] = shapes.get('vision_model.embeddings.patch_embedding.weight') ?? [];
  if (hidden === undefined) return null;
  const positions = shapes.get('vision_model.embeddings.position_embedding.weight')?.[0] ?? 0;
  const side = Math.sqrt(positions - 1);
  if (patch !== width || !Number.isInteger(side)) {
    throw new UnsupportedCheckpointError(
      `${name} has patches of ${patch}×${width} and ${positions - 1} of them, which is no square picture; ` +
        'this library runs square ones.',
    );
  }
  return {
    model_type: 'clip_vision_model',
    image_size: side * patch,
    patch_size: patch,
    num_channels: channels,
    ...sharedFields(shapes, 'vision_model', hidden, activation, notes),
    ...projectionOf(shapes, 'visual_projection.weight'),
  };
}

function sharedFields(
  shapes: ReadonlyMap<string, number[]>,
  tower: Tower,
  hidden: number,
  activation: string,
  notes: string[],
): JSONObject {
  const heads = Math.max(1, Math.floor(hidden / HEAD_WIDTH));
  if (hidden % HEAD_WIDTH !== 0) {
    notes.push(
      `${tower} is ${hidden} wide, no multiple of ${HEAD_WIDTH}: its number of heads is taken for ${heads}.`,
    );
  }
  return {
    hidden_size: hidden,
    intermediate_size: shapes.get(`${tower}.encoder.layers.0.mlp.fc1.weight`)?.[1],
    num_hidden_layers: layersOf(shapes, tower),
    num_attention_heads: heads,
    hidden_act: activation,
    layer_norm_eps: 1e-5,
  };
}

function layersOf(shapes: ReadonlyMap<string, number[]>, tower: Tower): number {
  const pattern = new RegExp(`^${tower}\\.encoder\\.layers\\.(\\d+)\\.`);
  const numbers = [...shapes.keys()].map((name) => Number(pattern.exec(name)?.[1] ?? -1));
  return Math.max(-1, ...numbers) + 1;
}

function projectionOf(shapes: ReadonlyMap<string, number[]>, name: string): JSONObject {
  const width = shapes.get(name)?.[1];
  return width === undefined ? {} : { projection_dim: width };
}
