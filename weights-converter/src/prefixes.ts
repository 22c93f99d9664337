// SPDX-License-Identifier: Apache-2.0
/**
 * The prefixes under which the same tensors are found: those of a full model (`text_model.encoder…`), of a tower saved alone by
 * transformers 5 (`encoder…`), and either within a larger model (`clip.` or `model.` before it).
 */

export type Tower = 'text_model' | 'vision_model';

export interface ResolvedName {
  /** As in a full model; null if the name is none of CLIP's. */
  canonical: string | null;
  /** How this checkpoint names its towers, such as "clip." or "clip.(bare tower)"; null for tensors outside the towers. */
  convention: string | null;
}

const WRAPPER = /^(?:clip|model)\./;
const IN_TOWER = /^(?:text_model|vision_model)\./;
const HEAD = /^(?:logit_scale$|text_projection\.|visual_projection\.|classifier\.)/;
const BARE = /^(?:embeddings|encoder|pre_layrnorm|post_layernorm|final_layer_norm)\./;

/** Old files carry these index buffers (I64, 0 … n - 1); the model counts by itself. */
export function isPositionIds(name: string): boolean {
  return /(?:^|\.)position_ids$/.test(name);
}

/** Bare names have a meaning only where it is known which `tower` is asked for. */
export function resolveName(name: string, tower?: Tower): ResolvedName {
  const wrapper = WRAPPER.exec(name)?.[0] ?? '';
  const inner = name.slice(wrapper.length);
  if (IN_TOWER.test(inner)) return { canonical: inner, convention: wrapper };
  if (HEAD.test(inner)) return { canonical: inner, convention: null };
  if (tower && BARE.test(inner)) {
    return { canonical: `${tower}.${inner}`, convention: `${wrapper}(bare tower)` };
  }
  return { canonical: null, convention: null };
}
