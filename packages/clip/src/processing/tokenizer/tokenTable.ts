// SPDX-License-Identifier: Apache-2.0
/** Tokens by id and ids by token, of the vocabulary and of what was added to it. */
import { ConfigurationError } from '../../errors.js';
import { normalize } from './normalize.js';
import { type AddedToken, AddedTokens } from './specialTokens.js';
import type { Vocabulary } from './vocabulary.js';

export class TokenTable {
  readonly addedTokens = new AddedTokens();

  constructor(readonly vocabulary: Vocabulary) {}

  idOf(token: string): number | undefined {
    return this.addedTokens.get(token)?.id ?? this.vocabulary.ids.get(token);
  }

  /** A token that is looked for in normalized text reads as it was found there: so it is in tokenizers 0.23. */
  tokenOf(id: number): string | undefined {
    const added = this.addedTokens.ofId(id);
    if (!added) return this.vocabulary.tokens.get(id);
    return added.normalized ? normalize(added.content) : added.content;
  }

  isSpecial(id: number): boolean {
    return this.addedTokens.ofId(id)?.special ?? false;
  }

  /** Every token with its id, in the order of ids. */
  entries(): [string, number][] {
    const added = this.addedTokens.list().map(({ content, id }): [string, number] => [content, id]);
    return [...new Map([...this.vocabulary.ids, ...added])].sort((a, b) => a[1] - b[1]);
  }

  /** @returns how many of the tokens are new, or have other properties than before */
  add(tokens: readonly AddedToken[]): number {
    const changed = tokens.filter((token) => !isSame(this.addedTokens.get(token.content), token));
    for (const token of changed) this.addedTokens.set(token, this.idOf(token.content) ?? this.nextId());
    return changed.length;
  }

  /** An added token of a file, under the id that the file gives it. */
  addWithId(token: AddedToken, id: number, where: string): void {
    const otherId = this.idOf(token.content);
    const otherToken = this.addedTokens.ofId(id)?.content ?? this.vocabulary.tokens.get(id);
    if (otherId !== undefined && otherId !== id) {
      throw new ConfigurationError(
        `${where} gives the added token '${token.content}' the id ${id}, but it has the id ${otherId} already.`,
      );
    }
    if (otherToken !== undefined && otherToken !== token.content) {
      throw new ConfigurationError(
        `${where} gives the added token '${token.content}' the id ${id}, which is that of '${otherToken}'.`,
      );
    }
    this.addedTokens.set(token, id);
  }

  private nextId(): number {
    const { ids } = this.vocabulary;
    const largest = this.addedTokens.list().at(-1)?.id ?? -1;
    const next = Math.max(ids.size, largest + 1);
    // A vocabulary with holes may have given that id away.
    return this.tokenOf(next) === undefined ? next : Math.max(largest, ...this.vocabulary.tokens.keys()) + 1;
  }
}

function isSame(known: AddedToken | undefined, token: AddedToken): boolean {
  const keys = Object.keys(token) as (keyof AddedToken)[];
  return known !== undefined && keys.every((key) => known[key] === token[key]);
}
