// SPDX-License-Identifier: Apache-2.0
/** The files of the emoji-clip model, by name: file URLs in Node, asset URLs in a bundled page. */
export declare const files: Readonly<
  Record<
    | 'config.json'
    | 'model.safetensors'
    | 'preprocessor_config.json'
    | 'tokenizer.json'
    | 'tokenizer_config.json'
    | 'vocab.json'
    | 'merges.txt',
    URL
  >
>;
