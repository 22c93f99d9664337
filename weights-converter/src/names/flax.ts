// SPDX-License-Identifier: Apache-2.0
/** The parameters of transformers' FlaxCLIP models as paths of their nested dicts; kernels lie as ours do. */
import { CLIP_TENSORS, type WeightKind } from './clipTensors.js';
import type { NamingScheme } from './scheme.js';

const LAST: Readonly<Record<WeightKind, string | null>> = {
  linear: 'kernel',
  bias: 'bias',
  normScale: 'scale',
  normBias: 'bias',
  embedding: 'embedding',
  convolution: 'kernel',
  plain: null,
};

export const flax: NamingScheme = {
  name: 'flax',
  rows: CLIP_TENSORS.map(({ name, kind }) => {
    const path = name.replaceAll('.', '/');
    const last = LAST[kind];
    return last === null
      ? { theirs: path, ours: name }
      : { theirs: path.replace(/\/[^/]*$/, `/${last}`), ours: name, layout: 'ours' };
  }),
  ignored: /(?:^|\/)position_ids$/,
  matches: (names) => [...names].some((name) => name.endsWith('/scale')),
  normalize: (name) => name.replace(/^params\//, ''),
};
