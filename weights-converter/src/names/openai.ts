// SPDX-License-Identifier: Apache-2.0
/** OpenAI's files have the names that OpenCLIP took over, and besides three sizes as tensors. clip/model.py, `build_model`. */
import { hasOpenClipNames, OPEN_CLIP_ROWS } from './openClip.js';
import type { NamingScheme } from './scheme.js';

export const openai: NamingScheme = {
  name: 'openai',
  rows: OPEN_CLIP_ROWS,
  ignored: /^(?:input_resolution|context_length|vocab_size|attn_mask)$/,
  matches: (names) => names.has('input_resolution') && hasOpenClipNames(names),
  normalize: (name) => name,
};
