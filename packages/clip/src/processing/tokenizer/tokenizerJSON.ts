// SPDX-License-Identifier: Apache-2.0
/** A tokenizer's files as transformers writes and reads them. */

import type { CLIPTokenizer } from './clipTokenizer.js';
import type { Markers } from './rows.js';
import { type AddedToken, NAMED_TOKENS, type NamedToken } from './specialTokens.js';
import type { TokenTable } from './tokenTable.js';
import { END_OF_WORD, type Vocabulary } from './vocabulary.js';

/** tokenizer.json: everything, with the steps that CLIP's tokenizer takes. */
export function tokenizerJSON(table: TokenTable, markers: Markers, unkToken: string): string {
  const { vocabulary } = table;
  const marker = (id: number) => [table.addedTokens.ofId(id)?.content ?? table.tokenOf(id), id];
  return toJSON({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: table.addedTokens.list().map(({ id, ...token }) => ({ id, ...addedTokenJSON(token) })),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFC' },
        { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
        { type: 'Lowercase' },
      ],
    },
    pre_tokenizer: { type: 'Sequence', pretokenizers: [SPLIT_INTO_WORDS, BYTE_LEVEL] },
    post_processor: {
      type: 'RobertaProcessing',
      sep: marker(markers.end),
      cls: marker(markers.start),
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: BYTE_LEVEL,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: unkToken,
      continuing_subword_prefix: '',
      end_of_word_suffix: END_OF_WORD,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: new Map([...vocabulary.ids].sort((a, b) => a[1] - b[1])),
      merges: vocabulary.mergeList.map((pair) => pair.join(' ')),
    },
  });
}

/** tokenizer_config.json. */
export function tokenizerConfigJSON(
  tokenizer: CLIPTokenizer,
  tokens: Readonly<Record<NamedToken, string>>,
): string {
  const named = NAMED_TOKENS.map((name) => [name.replace('Token', '_token'), tokens[name]]);
  const { additionalSpecialTokens: extra, mode } = tokenizer;
  return toJSON({
    ...Object.fromEntries(named),
    ...(extra.length > 0 && { extra_special_tokens: extra }),
    ...(mode === 'openai' && { mode }),
    model_max_length: tokenizer.modelMaxLength,
    padding_side: tokenizer.paddingSide,
    truncation_side: tokenizer.truncationSide,
    tokenizer_class: 'CLIPTokenizer',
  });
}

/** vocab.json, in the order in which Python sorts. */
export function vocabJSON({ ids }: Vocabulary): string {
  return toJSON(new Map([...ids].sort(([a], [b]) => compareByCodePoint(a, b))));
}

export function mergesText({ mergeList }: Vocabulary): string {
  return ['#version: 0.2', ...mergeList.map((pair) => pair.join(' ')), ''].join('\n');
}

const SPLIT_INTO_WORDS = {
  type: 'Split',
  pattern: {
    Regex:
      "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+",
  },
  behavior: 'Removed',
  invert: true,
};
const BYTE_LEVEL = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };

function addedTokenJSON({ content, singleWord, lstrip, rstrip, normalized, special }: AddedToken) {
  return { content, single_word: singleWord, lstrip, rstrip, normalized, special };
}

/** Indented JSON in which a Map is an object whose keys keep their order, whatever they are: '0', '__proto__'. */
function toJSON(value: unknown, indent = ''): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) + (indent ? '' : '\n');
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const lines = entries.map(
    ([key, item]) => inner + (isList ? '' : `${JSON.stringify(key)}: `) + toJSON(item, inner),
  );
  const [open, close] = isList ? '[]' : '{}';
  const text = lines.length > 0 ? `${open}\n${lines.join(',\n')}\n${indent}${close}` : open + close;
  return indent ? text : `${text}\n`;
}

function compareByCodePoint(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  const i = left.findIndex((character, at) => character !== right[at]);
  if (i < 0) return left.length - right.length;
  return (left[i].codePointAt(0) as number) - (right[i]?.codePointAt(0) ?? -1);
}
