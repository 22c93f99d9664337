// SPDX-License-Identifier: Apache-2.0
/** Tokens that are looked for in the text itself, before it is split into words: the special ones, and added ones. */
import { ConfigurationError } from '../../errors.js';
import { normalize } from './normalize.js';
import { escapePattern } from './pretokenize.js';

/** A token that is matched as a whole, as in tokenizer.json. */
export interface AddedToken {
  content: string;
  /** Only where no letter, digit or underscore touches it. */
  singleWord: boolean;
  /** Takes the white space before it along. */
  lstrip: boolean;
  /** Takes the white space after it along. */
  rstrip: boolean;
  /** Looked for in the normalized text (lower case) rather than in the text as given. */
  normalized: boolean;
  /** Skipped by `decode` with `skipSpecialTokens`. */
  special: boolean;
}

export type NamedToken = 'bosToken' | 'eosToken' | 'unkToken' | 'padToken';

export const NAMED_TOKENS: readonly NamedToken[] = ['bosToken', 'eosToken', 'unkToken', 'padToken'];

export function addedToken(content: string, special: boolean): AddedToken {
  return { content, singleWord: false, lstrip: false, rstrip: false, normalized: !special, special };
}

/** A piece of text between added tokens (`id` null), or one of these. */
export interface Segment {
  id: number | null;
  start: number;
  end: number;
}

const WORD_CHARACTER = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;
const WHITE_SPACE = /\p{White_Space}/u;

export class AddedTokens {
  private readonly byContent = new Map<string, AddedToken & { id: number }>();
  private readonly byId = new Map<number, AddedToken>();
  private ordered: (AddedToken & { id: number })[] | null = null;
  private matchers: { raw: Matcher; normalized: Matcher } | null = null;

  /** Adds a token, or gives one that is there other properties. */
  set(token: AddedToken, id: number): void {
    this.byContent.set(token.content, { ...token, id });
    this.byId.set(id, token);
    this.matchers = null;
    this.ordered = null;
  }

  get(content: string): (AddedToken & { id: number }) | undefined {
    return this.byContent.get(content);
  }

  ofId(id: number): AddedToken | undefined {
    return this.byId.get(id);
  }

  /** In the order of ids; the same list until a token is set. */
  list(): readonly (AddedToken & { id: number })[] {
    this.ordered ??= [...this.byContent.values()].sort((a, b) => a.id - b.id);
    return this.ordered;
  }

  /** Splits at the tokens that are looked for in a text as given, or as normalized; at no special ones if told so. */
  split(text: string, form: 'raw' | 'normalized', splitSpecialTokens: boolean): Segment[] {
    this.matchers ??= { raw: this.matcher('raw'), normalized: this.matcher('normalized') };
    return this.matchers[form].split(text, splitSpecialTokens);
  }

  private matcher(form: 'raw' | 'normalized'): Matcher {
    const tokens = this.list().filter((token) => token.normalized === (form === 'normalized'));
    const sought = tokens.map((token): [string, AddedToken & { id: number }] => [
      form === 'normalized' ? normalize(token.content) : token.content,
      token,
    ]);
    return new Matcher(new Map(sought));
  }
}

/** Finds the leftmost token and, of those that start together, the longest. */
class Matcher {
  private readonly pattern: RegExp | null;

  constructor(private readonly sought: ReadonlyMap<string, AddedToken & { id: number }>) {
    const longestFirst = [...sought.keys()].filter(Boolean).sort((a, b) => b.length - a.length);
    this.pattern =
      longestFirst.length > 0 ? new RegExp(longestFirst.map(escapePattern).join('|'), 'gu') : null;
  }

  split(text: string, splitSpecialTokens: boolean): Segment[] {
    const segments: Segment[] = [];
    let done = 0;
    for (const { 0: match, index } of this.pattern ? text.matchAll(this.pattern) : []) {
      const token = this.sought.get(match) as AddedToken & { id: number };
      if (token.special && splitSpecialTokens) continue;
      let [start, end] = [index, index + match.length];
      if (token.singleWord && (isWordCharacter(text, start - 1) || isWordCharacter(text, end))) continue;
      while (token.lstrip && start > done && WHITE_SPACE.test(text[start - 1])) start--;
      while (token.rstrip && end < text.length && WHITE_SPACE.test(text[end])) end++;
      if (start > done) segments.push({ id: null, start: done, end: start });
      segments.push({ id: token.id, start, end });
      done = end;
    }
    if (done < text.length) segments.push({ id: null, start: done, end: text.length });
    return segments;
  }
}

/** @throws ConfigurationError unless `value` is a token's text, or an object as in tokenizer.json */
export function readAddedToken(value: unknown, where: string, special?: boolean): AddedToken {
  if (typeof value === 'string' && value !== '') return addedToken(value, special ?? true);
  const token = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  if (typeof token.content !== 'string' || token.content === '') {
    throw new ConfigurationError(
      `${where} is ${JSON.stringify(value)}, but must be a token such as "<|endoftext|>" or {"content": "<|endoftext|>"}.`,
    );
  }
  const flag = (name: string, fallback: boolean): boolean => {
    const flagValue = token[name] ?? fallback;
    if (typeof flagValue === 'boolean') return flagValue;
    throw new ConfigurationError(`${where}.${name} must be true or false, got ${JSON.stringify(flagValue)}.`);
  };
  const isSpecial = flag('special', special ?? true);
  return {
    content: token.content,
    singleWord: flag('single_word', false),
    lstrip: flag('lstrip', false),
    rstrip: flag('rstrip', false),
    normalized: flag('normalized', !isSpecial),
    special: isSpecial,
  };
}

function isWordCharacter(text: string, at: number): boolean {
  const secondHalf = at > 0 && /[\ud800-\udbff][\udc00-\udfff]/.test(text.slice(at - 1, at + 1));
  return WORD_CHARACTER.test(String.fromCodePoint(text.codePointAt(secondHalf ? at - 1 : at) ?? 0));
}
