// SPDX-License-Identifier: Apache-2.0
/** The files that a CLIP model may be made of; which of them there are, only the repository knows. */

/** An index stands for the shards that it lists. */
export const SAFETENSORS_FILES: readonly string[] = ['model.safetensors', 'model.safetensors.index.json'];

export const MODEL_FILES: readonly string[] = ['config.json', ...SAFETENSORS_FILES];

/** Weights of other kinds, of which the first that is there is what a model without the usual ones is loaded from. */
export const OTHER_WEIGHT_FILES: readonly string[] = [
  'open_clip_model.safetensors',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
  'open_clip_pytorch_model.bin',
  'tf_model.h5',
  'flax_model.msgpack',
];

export const OPEN_CLIP_CONFIG = 'open_clip_config.json';

export const IMAGE_PROCESSOR_FILES: readonly string[] = ['processor_config.json', 'preprocessor_config.json'];

export const TOKENIZER_FILES: readonly string[] = ['tokenizer.json', 'tokenizer_config.json'];

/** Of older tokenizers, or beside the newer files for those who want them. */
export const OLDER_TOKENIZER_FILES: readonly string[] = [
  'special_tokens_map.json',
  'vocab.json',
  'merges.txt',
  'added_tokens.json',
];
