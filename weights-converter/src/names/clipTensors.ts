// SPDX-License-Identifier: Apache-2.0
/** Every tensor of a CLIP under Hugging Face's name, with what kind of weight it is. */

export type WeightKind = 'linear' | 'bias' | 'normScale' | 'normBias' | 'embedding' | 'convolution' | 'plain';

export interface ClipTensor {
  /** `{i}` stands for the number of a layer. */
  name: string;
  kind: WeightKind;
}

export const LAYER_TENSORS: readonly ClipTensor[] = [
  ...['q_proj', 'k_proj', 'v_proj', 'out_proj'].flatMap((part) => linear(`self_attn.${part}`)),
  ...norm('layer_norm1'),
  ...norm('layer_norm2'),
  ...linear('mlp.fc1'),
  ...linear('mlp.fc2'),
];

export const CLIP_TENSORS: readonly ClipTensor[] = [
  { name: 'logit_scale', kind: 'plain' },
  { name: 'text_projection.weight', kind: 'linear' },
  { name: 'visual_projection.weight', kind: 'linear' },
  { name: 'text_model.embeddings.token_embedding.weight', kind: 'embedding' },
  { name: 'text_model.embeddings.position_embedding.weight', kind: 'embedding' },
  ...layersOf('text_model'),
  ...norm('text_model.final_layer_norm'),
  { name: 'vision_model.embeddings.class_embedding', kind: 'plain' },
  { name: 'vision_model.embeddings.patch_embedding.weight', kind: 'convolution' },
  { name: 'vision_model.embeddings.position_embedding.weight', kind: 'embedding' },
  ...norm('vision_model.pre_layrnorm'),
  ...layersOf('vision_model'),
  ...norm('vision_model.post_layernorm'),
];

function layersOf(tower: string): ClipTensor[] {
  return LAYER_TENSORS.map(({ name, kind }) => ({ name: `${tower}.encoder.layers.{i}.${name}`, kind }));
}

function linear(name: string): ClipTensor[] {
  return [
    { name: `${name}.weight`, kind: 'linear' },
    { name: `${name}.bias`, kind: 'bias' },
  ];
}

function norm(name: string): ClipTensor[] {
  return [
    { name: `${name}.weight`, kind: 'normScale' },
    { name: `${name}.bias`, kind: 'normBias' },
  ];
}
