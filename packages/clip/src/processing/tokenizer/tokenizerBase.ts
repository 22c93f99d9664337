// SPDX-License-Identifier: Apache-2.0
/** The half of CLIPTokenizer that knows tokens and ids, whatever text they come from. */
import { ConfigurationError, InvalidArgumentError } from '../../errors.js';
import { type DecodeOptions, readIds, type TokenIds, tokensToText } from './decoding.js';
import type { Markers } from './rows.js';
import { type AddedToken, addedToken, NAMED_TOKENS, type NamedToken } from './specialTokens.js';
import type { CLIPTokenizerOptions } from './tokenizerOptions.js';
import { TokenTable } from './tokenTable.js';
import { readMerges, readVocab, Vocabulary } from './vocabulary.js';

const OPENAI_PAD_ID = 0;

export abstract class TokenizerBase {
  readonly mode: 'hf' | 'openai';
  protected readonly table: TokenTable;
  protected readonly markers: Markers;
  protected readonly named = {} as Record<NamedToken, string>;
  private additional: string[] = [];
  /** OpenAI's code pads with an ordinary token, unless somebody named one for it. */
  private padsLikeOpenAI: boolean;

  /** @throws ConfigurationError if the vocabulary, the merges and the tokens do not fit together */
  constructor(options: CLIPTokenizerOptions) {
    this.mode = options.mode ?? 'hf';
    if (this.mode !== 'hf' && this.mode !== 'openai') {
      throw new InvalidArgumentError(`mode is ${JSON.stringify(this.mode)}, but must be 'hf' or 'openai'.`);
    }
    const vocabulary = new Vocabulary(
      readVocab(options.vocab, 'vocab'),
      readMerges(options.merges, 'merges'),
    );
    this.table = new TokenTable(vocabulary);
    for (const { id, ...token } of options.addedTokens ?? []) this.table.addWithId(token, id, 'addedTokens');
    for (const name of NAMED_TOKENS) {
      this.nameToken(name, options[name] ?? DEFAULTS[name], options.addedTokens);
    }
    this.padsLikeOpenAI = this.mode === 'openai' && options.padToken === undefined;
    this.addSpecialTokens({ additionalSpecialTokens: options.additionalSpecialTokens ?? [] });
    this.markers = options.markers ?? { start: this.bosTokenId, end: this.eosTokenId };
  }

  /** The text of ids; those that stand for no token are left out. */
  decode(ids: number | TokenIds, options: DecodeOptions = {}): string {
    const { skipSpecialTokens = false, cleanUpTokenizationSpaces } = options;
    const known = readIds(typeof ids === 'number' ? [ids] : ids).filter(
      (id) => !(skipSpecialTokens && this.table.isSpecial(id)),
    );
    const tokens = known.map((id) => this.table.tokenOf(id)).filter((token) => token !== undefined);
    return tokensToText(tokens, cleanUpTokenizationSpaces);
  }

  batchDecode(rows: Iterable<TokenIds>, options: DecodeOptions = {}): string[] {
    return Array.from(rows, (ids) => this.decode(ids, options));
  }

  convertTokensToIds(token: string): number;
  convertTokensToIds(tokens: readonly string[]): number[];
  /** A token that there is not has the id of `unkToken`. */
  convertTokensToIds(tokens: string | readonly string[]): number | number[] {
    if (typeof tokens === 'string') return this.table.idOf(tokens) ?? this.unkTokenId;
    return tokens.map((token) => this.convertTokensToIds(token));
  }

  convertIdsToTokens(id: number): string | null;
  convertIdsToTokens(ids: TokenIds, options?: { skipSpecialTokens?: boolean }): (string | null)[];
  /** null for an id that stands for no token. */
  convertIdsToTokens(
    ids: number | TokenIds,
    { skipSpecialTokens = false } = {},
  ): string | null | (string | null)[] {
    if (typeof ids === 'number') return this.table.tokenOf(ids) ?? null;
    const skipped = new Set(skipSpecialTokens ? this.allSpecialIds : []);
    const kept = readIds(ids).filter((id) => !skipped.has(id));
    return kept.map((id) => this.table.tokenOf(id) ?? null);
  }

  convertTokensToString(tokens: readonly string[]): string {
    return tokensToText(tokens);
  }

  /** `<|startoftext|> A <|endoftext|>`, and for a pair `… A <|endoftext|><|endoftext|> B <|endoftext|>`. */
  buildInputsWithSpecialTokens(ids: readonly number[], pairIds?: readonly number[]): number[] {
    const { start, end } = this.markers;
    return [start, ...ids, end, ...(pairIds ? [end, ...pairIds, end] : [])];
  }

  /** 1 where a special token stands, or would be put. */
  getSpecialTokensMask(
    ids: readonly number[],
    pairIds?: readonly number[],
    { alreadyHasSpecialTokens = false } = {},
  ): number[] {
    if (alreadyHasSpecialTokens) {
      const special = new Set(this.allSpecialIds);
      return ids.map((id) => Number(special.has(id)));
    }
    const zeros = (list: readonly number[]) => list.map(() => 0);
    return [1, ...zeros(ids), 1, ...(pairIds ? [1, ...zeros(pairIds), 1] : [])];
  }

  /** Zeros: CLIP tells its texts not apart. */
  createTokenTypeIdsFromSequences(ids: readonly number[], pairIds?: readonly number[]): number[] {
    return this.buildInputsWithSpecialTokens(ids, pairIds).map(() => 0);
  }

  numSpecialTokensToAdd(isPair = false): number {
    return isPair ? 4 : 2;
  }

  /** Adds tokens that are matched as a whole; a model needs an embedding for each. Returns how many are new. */
  addTokens(tokens: readonly (string | AddedToken)[]): number {
    return this.table.add(
      tokens.map((token) => (typeof token === 'string' ? addedToken(token, false) : token)),
    );
  }

  /** Names special tokens, adding those that there are not. Returns how many are new. */
  addSpecialTokens(
    tokens: Partial<Record<NamedToken, string | AddedToken>> & {
      additionalSpecialTokens?: readonly (string | AddedToken)[];
    },
  ): number {
    let added = 0;
    for (const name of NAMED_TOKENS) {
      const token = tokens[name];
      if (token === undefined) continue;
      added += this.table.add([asSpecial(token)]);
      this.named[name] = contentOf(token);
      if (name === 'padToken') this.padsLikeOpenAI = false;
    }
    const { additionalSpecialTokens = this.additional } = tokens;
    added += this.table.add(additionalSpecialTokens.map((token) => asSpecial(token)));
    this.additional = additionalSpecialTokens.map((token) => contentOf(token));
    return added;
  }

  /** Every token with its id, added ones included. */
  getVocab(): Map<string, number> {
    return new Map(this.table.entries());
  }

  /** The size of the vocabulary without added tokens. */
  get vocabSize(): number {
    return this.table.vocabulary.ids.size;
  }

  /** How many tokens there are, added ones included: `len(tokenizer)` in Python. */
  get size(): number {
    return this.table.entries().length;
  }

  get bosToken(): string {
    return this.named.bosToken;
  }

  get eosToken(): string {
    return this.named.eosToken;
  }

  get unkToken(): string {
    return this.named.unkToken;
  }

  get padToken(): string {
    return this.padsLikeOpenAI ? (this.table.tokenOf(OPENAI_PAD_ID) ?? '') : this.named.padToken;
  }

  get bosTokenId(): number {
    return this.table.idOf(this.bosToken) as number;
  }

  get eosTokenId(): number {
    return this.table.idOf(this.eosToken) as number;
  }

  get unkTokenId(): number {
    return this.table.idOf(this.unkToken) as number;
  }

  get padTokenId(): number {
    return this.padsLikeOpenAI ? OPENAI_PAD_ID : (this.table.idOf(this.named.padToken) as number);
  }

  get additionalSpecialTokens(): string[] {
    return [...this.additional];
  }

  get allSpecialTokens(): string[] {
    return [...new Set([...NAMED_TOKENS.map((name) => this.named[name]), ...this.additional])];
  }

  get allSpecialIds(): number[] {
    return this.allSpecialTokens.map((token) => this.table.idOf(token) as number);
  }

  /**
   * What `addedTokens` says of the token holds, whoever names it.
   *
   * @throws ConfigurationError if there is no such token: a model would have no embedding for it
   */
  private nameToken(
    name: NamedToken,
    token: string | AddedToken,
    given: CLIPTokenizerOptions['addedTokens'],
  ): void {
    const content = contentOf(token);
    if (this.table.idOf(content) === undefined) {
      throw new ConfigurationError(
        `There is no token '${content}' for ${name}; name one that the vocabulary or addedTokens has.`,
      );
    }
    this.table.add([asSpecial(given?.find((each) => each.content === content) ?? token)]);
    this.named[name] = content;
  }
}

const DEFAULTS: Record<NamedToken, string> = {
  bosToken: '<|startoftext|>',
  eosToken: '<|endoftext|>',
  unkToken: '<|endoftext|>',
  padToken: '<|endoftext|>',
};

function contentOf(token: string | AddedToken): string {
  return typeof token === 'string' ? token : token.content;
}

function asSpecial(token: string | AddedToken): AddedToken {
  if (typeof token === 'string') return addedToken(token, true);
  const { content, singleWord, lstrip, rstrip, normalized } = token;
  return { content, singleWord, lstrip, rstrip, normalized, special: true };
}
