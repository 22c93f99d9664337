// SPDX-License-Identifier: Apache-2.0
import { clipVocabulary } from '../../../../../test/harness/tokenizers.js';
import { BPE } from './bpe.js';
import { byteCharacters } from './byteLevel.js';
import { END_OF_WORD, readMerges, Vocabulary } from './vocabulary.js';

/** A vocabulary of bytes and of what these merges make. */
function smallVocabulary(merges: string[]): Vocabulary {
  const letters = [...byteCharacters, ...byteCharacters.map((letter) => letter + END_OF_WORD)];
  const tokens = [...letters, ...merges.map((merge) => merge.replace(' ', '')), '<|endoftext|>'];
  return new Vocabulary(new Map(tokens.map((token, id) => [token, id])), readMerges(merges, 'merges'));
}

function tokensOf(vocabulary: Vocabulary, word: string): string[] {
  const unknown = vocabulary.ids.get('<|endoftext|>') as number;
  return new BPE(vocabulary, unknown).encode(word).map((id) => vocabulary.tokens.get(id) as string);
}

describe('merging', () => {
  it('goes by rank, not by place', () => {
    const vocabulary = smallVocabulary(['l o', 'lo w</w>', 'e r</w>', 'n e', 'ne w', 'w e']);
    expect(tokensOf(vocabulary, 'low')).toEqual(['low</w>']);
    expect(tokensOf(vocabulary, 'lower')).toEqual(['lo', 'w', 'er</w>']);
    expect(tokensOf(vocabulary, 'newer')).toEqual(['new', 'er</w>']);
    expect(tokensOf(vocabulary, 'x')).toEqual(['x</w>']);
  });

  it('takes overlapping pairs from the left', () => {
    const vocabulary = smallVocabulary(['a a', 'aa aa', 'a a</w>']);
    expect(tokensOf(vocabulary, 'aaaa')).toEqual(['aa', 'aa</w>']);
    expect(tokensOf(vocabulary, 'aaaaa')).toEqual(['aaaa', 'a</w>']);
    expect(tokensOf(vocabulary, 'aaa')).toEqual(['aa', 'a</w>']);
  });

  it('spells characters beyond ASCII in bytes', () => {
    expect(tokensOf(smallVocabulary([]), 'é')).toEqual(['Ã', '©</w>']);
    expect(tokensOf(smallVocabulary(['Ã ©</w>']), 'é')).toEqual(['Ã©</w>']);
  });

  it('knows no byte that the vocabulary lacks', () => {
    const vocabulary = new Vocabulary(
      new Map([
        ['a', 0],
        ['a</w>', 1],
        ['<|endoftext|>', 2],
      ]),
      [],
    );
    expect(tokensOf(vocabulary, 'axa')).toEqual(['a', '<|endoftext|>', 'a</w>']);
  });

  it('does as the plain algorithm does, with random words', () => {
    const { vocab, merges } = clipVocabulary();
    const vocabulary = new Vocabulary(vocab, readMerges(merges, 'merges'));
    const ranks = new Map(merges.map((merge, rank) => [merge, rank]));
    let seed = 1;
    const random = (below: number) => {
      seed = (seed * 48271) % 2147483647;
      return seed % below;
    };
    const syllables = [
      'th',
      'e',
      'ing',
      'a',
      'o',
      'n',
      'ca',
      't',
      'ph',
      'oto',
      'gr',
      'er',
      's',
      'é',
      '日',
      'xx',
    ];
    for (let i = 0; i < 300; i++) {
      const word = Array.from({ length: 1 + random(12) }, () => syllables[random(syllables.length)]).join('');
      expect([word, ...tokensOf(vocabulary, word)]).toEqual([word, ...plainMerge(word, ranks)]);
    }
  });

  it('takes a word of a million letters', () => {
    const { vocab, merges } = clipVocabulary();
    const vocabulary = new Vocabulary(vocab, readMerges(merges, 'merges'));
    const started = performance.now();
    const tokens = tokensOf(vocabulary, 'abcdefghij'.repeat(100_000));
    expect(tokens.join('')).toBe(`${'abcdefghij'.repeat(100_000)}</w>`);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

/** All of a word's pairs of the lowest rank, over and over. */
function plainMerge(word: string, ranks: Map<string, number>): string[] {
  let symbols = Array.from(new TextEncoder().encode(word), (byte) => byteCharacters[byte]);
  symbols[symbols.length - 1] += END_OF_WORD;
  for (;;) {
    const pairs = symbols.slice(1).map((right, i) => `${symbols[i]} ${right}`);
    const best = pairs.reduce<string | null>(
      (lowest, pair) => ((ranks.get(pair) ?? 1e9) < (ranks.get(lowest ?? '') ?? 1e9) ? pair : lowest),
      null,
    );
    if (best === null) return symbols;
    const merged: string[] = [];
    for (let i = 0; i < symbols.length; i++) {
      if (pairs[i] === best) merged.push(symbols[i] + symbols[++i]);
      else merged.push(symbols[i]);
    }
    symbols = merged;
  }
}
