// SPDX-License-Identifier: Apache-2.0
/** What a tokenizer is made of, whether code or files say so. */
import type { Side } from './callOptions.js';
import type { Markers } from './rows.js';
import type { AddedToken } from './specialTokens.js';

export interface CLIPTokenizerOptions {
  vocab: ReadonlyMap<string, number> | Readonly<Record<string, number>>;
  /** `'a b'` or `['a', 'b']`, the first to be merged first. */
  merges: readonly (string | readonly [string, string])[];
  /** Default '<|startoftext|>', and '<|endoftext|>' for the other three. */
  bosToken?: string | AddedToken;
  eosToken?: string | AddedToken;
  unkToken?: string | AddedToken;
  padToken?: string | AddedToken;
  additionalSpecialTokens?: readonly (string | AddedToken)[];
  /** Tokens beside the vocabulary, under ids of their own. */
  addedTokens?: readonly (AddedToken & { id: number })[];
  /** Ids that surround a text; by default those of `bosToken` and `eosToken`. */
  markers?: Markers;
  /** How many tokens the model reads. Default: no limit; 77 in mode 'openai'. */
  modelMaxLength?: number;
  /** Default 'right'. */
  paddingSide?: Side;
  /** Default 'right'. */
  truncationSide?: Side;
  /**
   * How a text is cleaned: 'hf' (the default) as in transformers; 'openai' as in OpenAI's code and open_clip, which
   * repair broken encodings, resolve HTML's character references, and pad with 0.
   */
  mode?: 'hf' | 'openai';
}
