// SPDX-License-Identifier: Apache-2.0
/**
 * Where the files of this model are: file URLs in Node, asset URLs once a bundler has seen this module.
 * Each `new URL(literal, import.meta.url)` stands written out, because that is the pattern bundlers recognise.
 */
export const files = {
  'config.json': new URL('./config.json', import.meta.url),
  'model.safetensors': new URL('./model.safetensors', import.meta.url),
  'preprocessor_config.json': new URL('./preprocessor_config.json', import.meta.url),
  'tokenizer.json': new URL('./tokenizer.json', import.meta.url),
  'tokenizer_config.json': new URL('./tokenizer_config.json', import.meta.url),
  'vocab.json': new URL('./vocab.json', import.meta.url),
  'merges.txt': new URL('./merges.txt', import.meta.url),
};
