// SPDX-License-Identifier: Apache-2.0
/** From a text to token ids, without the tokens that mark its start and end; one class for each way to clean a text. */
import { type AlignedText, normalizeAligned } from './alignedText.js';
import type { BPE } from './bpe.js';
import { toUTF8 } from './byteLevel.js';
import type { Side } from './callOptions.js';
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
  /**
   * No further word is read after one that brings the tokens to so many. tokenizers 0.23 has this limit where it
   * truncates, and which text of a pair counts as the longer follows from it.
   */
  limit: number;
  /** Where a text is cut, and so not read: at its right end, or at its left one. */
  limitSide: Side;
}

export interface CLIPTextEncoder {
  encode(text: string, options: TextEncoderOptions): EncodedText;
}

/** An added token, or a word. */
type Piece =
  | { id: number; span: Offset | null }
  | { id: null; word: string; start: number; aligned: AlignedText | null };

interface TokenizedPiece {
  piece: Piece;
  ids: readonly number[];
}

/** As Hugging Face's CLIPTokenizer: added tokens are cut out, the rest is normalized and split into words. */
export class HuggingFaceTextEncoder implements CLIPTextEncoder {
  constructor(
    private readonly vocabulary: Vocabulary,
    private readonly bpe: BPE,
    private readonly addedTokens: AddedTokens,
  ) {}

  encode(text: string, options: TextEncoderOptions): EncodedText {
    const pieces = this.tokenize([...this.split(text, options)], options);
    const result: EncodedText = { ids: [], offsets: options.withOffsets ? [] : null };
    for (const { piece, ids } of pieces) {
      for (const id of ids) result.ids.push(id);
      if (!result.offsets) continue;
      for (const offset of this.offsetsOf(piece, ids)) result.offsets.push(offset);
    }
    return result;
  }

  /** Added tokens, and the words between them. */
  private *split(text: string, { withOffsets, splitSpecialTokens }: TextEncoderOptions): Generator<Piece> {
    for (const { id, start, end } of this.addedTokens.split(text, 'raw', splitSpecialTokens)) {
      if (id !== null) {
        yield { id, span: [start, end] };
        continue;
      }
      const plain = text.slice(start, end);
      const aligned = withOffsets ? shift(normalizeAligned(plain), start) : null;
      yield* this.splitNormalized(aligned?.text ?? normalize(plain), aligned, splitSpecialTokens);
    }
  }

  private *splitNormalized(
    text: string,
    aligned: AlignedText | null,
    splitSpecialTokens: boolean,
  ): Generator<Piece> {
    for (const { id, start, end } of this.addedTokens.split(text, 'normalized', splitSpecialTokens)) {
      if (id !== null) yield { id, span: aligned && [aligned.starts[start], aligned.ends[end - 1]] };
      else {
        for (const [word, at] of splitWords(text.slice(start, end))) {
          yield { id: null, word, start: start + at, aligned };
        }
      }
    }
  }

  private tokenize(pieces: Piece[], { limit, limitSide }: TextEncoderOptions): TokenizedPiece[] {
    const tokenized: TokenizedPiece[] = [];
    let total = 0;
    for (const piece of limitSide === 'right' ? pieces : pieces.reverse()) {
      const ids = piece.id === null ? this.bpe.encode(piece.word) : [piece.id];
      tokenized.push({ piece, ids });
      total += ids.length;
      if (piece.id === null && total >= limit) break;
    }
    return limitSide === 'right' ? tokenized : tokenized.reverse();
  }

  private offsetsOf(piece: Piece, ids: readonly number[]): Offset[] {
    if (piece.id !== null) return [piece.span as Offset];
    return this.wordOffsets(piece.word, ids, piece.aligned as AlignedText, piece.start);
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

function shift(aligned: AlignedText, offset: number): AlignedText {
  if (offset === 0) return aligned;
  const moved = (positions: number[]) => positions.map((position) => position + offset);
  return { text: aligned.text, starts: moved(aligned.starts), ends: moved(aligned.ends) };
}
