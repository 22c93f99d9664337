// SPDX-License-Identifier: Apache-2.0
/**
 * The variables of transformers' TFCLIP models as paths: `clip/tf_clip_model/clip/text_model/…/layers_._0/…/kernel:0`.
 * Kernels lie as ours do. transformers 4, modeling_tf_pytorch_utils.py.
 */
import { CLIP_TENSORS, type ClipTensor, type WeightKind } from './clipTensors.js';
import type { NamingScheme, Row } from './scheme.js';

const LAST: Readonly<Record<WeightKind, string | null>> = {
  linear: 'kernel',
  bias: 'bias',
  normScale: 'gamma',
  normBias: 'beta',
  embedding: 'embeddings',
  convolution: 'kernel',
  plain: null,
};
/** Where a model begins; what stands before it are the names of classes and of the file's groups. */
const ROOTS = new Set(['text_model', 'vision_model', 'text_projection', 'visual_projection', 'logit_scale']);

export const keras: NamingScheme = {
  name: 'keras',
  rows: CLIP_TENSORS.flatMap(rowsOf),
  ignored: /(?:^|\/)(?:iteration|learning_rate)(?::0)?$/,
  matches: (names) => [...names].some((name) => /\/gamma(?::0)?$/.test(name)),
  normalize(name) {
    const parts = name.replace(/:0$/, '').split('/');
    const root = parts.findIndex((part) => ROOTS.has(part));
    return parts.slice(Math.max(root, 0)).join('/');
  },
};

function rowsOf({ name, kind }: ClipTensor): Row[] {
  const path = name.replaceAll('.', '/').replace('layers/{i}', 'layers_._{i}');
  const last = LAST[kind];
  const withLast = (end: string) => path.replace(/\/[^/]*$/, `/${end}`);
  // A shape [1] there; a scalar's layout takes care of it.
  if (last === null) return [{ theirs: path, ours: name, layout: 'pytorch' }];
  const row = (end: string): Row => ({ theirs: withLast(end), ours: name, layout: 'ours' });
  // The token embedding is a bare variable named `weight`, the positions one named `embeddings`; read under both names.
  if (kind !== 'embedding') return [row(last)];
  return name.includes('token') ? [row('weight'), row(last)] : [row(last), row('weight')];
}
