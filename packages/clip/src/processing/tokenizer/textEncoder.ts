// SPDX-License-Identifier: Apache-2.0
/** From a text to token ids, without the tokens that mark its start and end; one class for each way to clean a text. */
import { type AlignedText, normalizeAligned } from './alignedText.js';
import type { BPE } from './bpe.js';
import { toUTF8 } from './byteLevel.js';
import { normalize } from './normalize.js';
import { cleanText } from './openai/cleanText.js';
import { openaiPattern, splitWords } from './pretokenize.js';
import type { AddedTokens } from './specialTokens.js';
import type { Vocabulary } from './vocabulary.js';

/** From where to where a token reaches in its text, in UTF-16 units: `text.slice(...offset)`. */
export type Offset = [start: number, end: number];

export interface EncodedText {
  ids: number[];
  /** Only where they were asked for. */
  offsets: Offset[] | null;
}

export interface TextEncoderOptions {
  withOffsets: boolean;
  /** Reads '<|endoftext|>' in a text as ordinary characters. */
  splitSpecialTokens: boolean;
}

export interface CLIPTextEncoder {
  encode(text: string, options: TextEncoderOptions): EncodedText;
}

/** As Hugging Face's CLIPTokenizer: added tokens are cut out, the rest is normalized and split into words. */
export class HuggingFaceTextEncoder implements CLIPTextEncoder {
  constructor(
    private readonly vocabulary: Vocabulary,
    private readonly bpe: BPE,
    private readonly addedTokens: AddedTokens,
  ) {}

  encode(text: string, { withOffsets, splitSpecialTokens }: TextEncoderOptions): EncodedText {
    const result: EncodedText = { ids: [], offsets: withOffsets ? [] : null };
    for (const { id, start, end } of this.addedTokens.split(text, 'raw', splitSpecialTokens)) {
      if (id === null) this.encodePlain(text.slice(start, end), start, splitSpecialTokens, result);
      else append(result, id, [start, end]);
    }
    return result;
  }

  private encodePlain(text: string, offset: number, splitSpecialTokens: boolean, result: EncodedText): void {
    const aligned = result.offsets ? shift(normalizeAligned(text), offset) : null;
    const normalized = aligned?.text ?? normalize(text);
    for (const { id, start, end } of this.addedTokens.split(normalized, 'normalized', splitSpecialTokens)) {
      if (id !== null) append(result, id, aligned && [aligned.starts[start], aligned.ends[end - 1]]);
      else {
        splitWords(normalized.slice(start, end), (word, at) => {
          const ids = this.bpe.encode(word);
          for (const token of ids) result.ids.push(token);
          if (!aligned) return;
          for (const offset of this.wordOffsets(word, ids, aligned, start + at)) result.offsets?.push(offset);
        });
      }
    }
  }

  /** Tokens of a word may share a character: then each is said to span the whole of it. */
  private wordOffsets(word: string, ids: readonly number[], aligned: AlignedText, start: number): Offset[] {
    const units: number[] = [];
    let unit = start;
    for (const character of word) {
      for (let i = toUTF8(character).length; i > 0; i--) units.push(unit);
      unit += character.length;
    }
    let byte = 0;
    return ids.map((id, i) => {
      const first = units[byte];
      byte = i === ids.length - 1 ? units.length : byte + this.byteLength(id);
      return [aligned.starts[first], aligned.ends[units[byte - 1]]];
    });
  }

  /** A token has a character a byte; `</w>` ends the last one of a word only, whose length nobody asks for. */
  private byteLength(id: number): number {
    const token = this.vocabulary.tokens.get(id) ?? '';
    return this.bpe.isUnknown(id) ? 1 : token.length;
  }
}

/** As OpenAI's SimpleTokenizer (and open_clip's): repaired and unescaped first, special tokens in any case of letters. */
export class OpenAITextEncoder implements CLIPTextEncoder {
  private pattern: { tokens: unknown; splitSpecialTokens: boolean; regExp: RegExp } | null = null;

  constructor(
    private readonly bpe: BPE,
    private readonly addedTokens: AddedTokens,
  ) {}

  encode(text: string, { splitSpecialTokens }: TextEncoderOptions): EncodedText {
    const ids: number[] = [];
    for (const word of cleanText(text).match(this.patternFor(splitSpecialTokens)) ?? []) {
      const token = this.addedTokens.get(word);
      if (token && !(token.special && splitSpecialTokens)) ids.push(token.id);
      else for (const id of this.bpe.encode(word)) ids.push(id);
    }
    return { ids, offsets: null };
  }

  private patternFor(splitSpecialTokens: boolean): RegExp {
    const tokens = this.addedTokens.list();
    if (this.pattern?.tokens !== tokens || this.pattern.splitSpecialTokens !== splitSpecialTokens) {
      const sought = tokens.filter(({ special }) => !(special && splitSpecialTokens));
      const regExp = openaiPattern(sought.map(({ content }) => content));
      this.pattern = { tokens, splitSpecialTokens, regExp };
    }
    return this.pattern.regExp;
  }
}

function append(result: EncodedText, id: number, offset: Offset | null): void {
  result.ids.push(id);
  if (offset) result.offsets?.push(offset);
}

function shift(aligned: AlignedText, offset: number): AlignedText {
  if (offset === 0) return aligned;
  const moved = (positions: number[]) => positions.map((position) => position + offset);
  return { text: aligned.text, starts: moved(aligned.starts), ends: moved(aligned.ends) };
}
