// SPDX-License-Identifier: Apache-2.0
export type { BatchEncoding, CallOptions, PadOptions, Side, TextInput } from './callOptions.js';
// In transformers the slow and the fast tokenizer were two; the documents name both.
export {
  CLIPTokenizer,
  CLIPTokenizer as CLIPTokenizerFast,
  type TokenizerPretrainedOptions,
} from './clipTokenizer.js';
export type { DecodeOptions, TokenIds } from './decoding.js';
export type { AddedToken } from './specialTokens.js';
export type { Offset } from './textEncoder.js';
export type { CLIPTokenizerOptions } from './tokenizerOptions.js';
