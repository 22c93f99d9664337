// SPDX-License-Identifier: Apache-2.0
/** The files that a CLIP model may be made of; which of them there are, only the repository knows. */

/** The index stands for the shards that it lists. */
export const MODEL_FILES: readonly string[] = [
  'config.json',
  'model.safetensors',
  'model.safetensors.index.json',
];

export const IMAGE_PROCESSOR_FILES: readonly string[] = ['processor_config.json', 'preprocessor_config.json'];

export const TOKENIZER_FILES: readonly string[] = ['tokenizer.json', 'tokenizer_config.json'];

/** Of older tokenizers, or beside the newer files for those who want them. */
export const OLDER_TOKENIZER_FILES: readonly string[] = [
  'special_tokens_map.json',
  'vocab.json',
  'merges.txt',
  'added_tokens.json',
];
