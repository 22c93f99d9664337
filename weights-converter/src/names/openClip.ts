// SPDX-License-Identifier: Apache-2.0
/**
 * OpenCLIP's names: q, k and v in one tensor, the projections as parameters [in, out], and the text tower at the root or, in
 * the newer custom model, within `text.`. src/open_clip/transformer.py and model.py.
 */
import type { NamingScheme, Row } from './scheme.js';

const KINDS = ['weight', 'bias'] as const;

export const OPEN_CLIP_ROWS: readonly Row[] = [
  { theirs: 'logit_scale', ours: 'logit_scale' },
  ...textRows(''),
  ...textRows('text.'),
  // A linear layer instead of a parameter, where the custom text tower was asked for one.
  { theirs: 'text.text_projection.weight', ours: 'text_projection.weight' },
  { theirs: 'visual.class_embedding', ours: 'vision_model.embeddings.class_embedding' },
  { theirs: 'visual.positional_embedding', ours: 'vision_model.embeddings.position_embedding.weight' },
  { theirs: 'visual.conv1.weight', ours: 'vision_model.embeddings.patch_embedding.weight' },
  { theirs: 'visual.proj', ours: 'visual_projection.weight', layout: 'ours' },
  ...KINDS.flatMap((kind) => [
    { theirs: `visual.ln_pre.${kind}`, ours: `vision_model.pre_layrnorm.${kind}` },
    { theirs: `visual.ln_post.${kind}`, ours: `vision_model.post_layernorm.${kind}` },
  ]),
  ...layerRows('visual.transformer', 'vision_model'),
];

export const openClip: NamingScheme = {
  name: 'openclip',
  rows: OPEN_CLIP_ROWS,
  ignored: /(?:^|\.)attn_mask$/,
  matches: hasOpenClipNames,
  normalize: (name) => name,
};

/** Of whole models, of either tower, and of those visual towers that are no transformer: translate says so. */
export function hasOpenClipNames(names: ReadonlySet<string>): boolean {
  return [...names].some((name) => /^(?:visual\.|(?:text\.)?transformer\.resblocks\.)/.test(name));
}

function textRows(prefix: string): Row[] {
  return [
    { theirs: `${prefix}positional_embedding`, ours: 'text_model.embeddings.position_embedding.weight' },
    { theirs: `${prefix}token_embedding.weight`, ours: 'text_model.embeddings.token_embedding.weight' },
    { theirs: `${prefix}text_projection`, ours: 'text_projection.weight', layout: 'ours' },
    ...KINDS.map((kind) => ({
      theirs: `${prefix}ln_final.${kind}`,
      ours: `text_model.final_layer_norm.${kind}`,
    })),
    ...layerRows(`${prefix}transformer`, 'text_model'),
  ];
}

function layerRows(transformer: string, tower: string): Row[] {
  const theirs = `${transformer}.resblocks.{i}`;
  const ours = `${tower}.encoder.layers.{i}`;
  return KINDS.flatMap((kind): Row[] => [
    {
      theirs: `${theirs}.attn.in_proj_${kind}`,
      ours: ['q', 'k', 'v'].map((part) => `${ours}.self_attn.${part}_proj.${kind}`),
    },
    { theirs: `${theirs}.attn.out_proj.${kind}`, ours: `${ours}.self_attn.out_proj.${kind}` },
    { theirs: `${theirs}.ln_1.${kind}`, ours: `${ours}.layer_norm1.${kind}` },
    { theirs: `${theirs}.ln_2.${kind}`, ours: `${ours}.layer_norm2.${kind}` },
    { theirs: `${theirs}.mlp.c_fc.${kind}`, ours: `${ours}.mlp.fc1.${kind}` },
    { theirs: `${theirs}.mlp.c_proj.${kind}`, ours: `${ours}.mlp.fc2.${kind}` },
  ]);
}
