// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EMOJI_CLIP, tokenizerFixture } from '../../../../../test/harness/tokenizers.js';
import { CLIPTokenizer } from './clipTokenizer.js';
import type { AddedToken } from './specialTokens.js';

describe('added tokens', () => {
  type Row = [text: string, ids: number[], withoutSpecials: string];
  const fixture = tokenizerFixture<Row>('added-tokens');
  const addLike = (tokenizer: CLIPTokenizer) => {
    const kind = (token: Partial<AddedToken> & { content: string }): AddedToken => ({
      singleWord: false,
      lstrip: false,
      rstrip: false,
      normalized: true,
      special: false,
      ...token,
    });
    const counts = [
      tokenizer.addTokens(['<new>', 'NewWord', 'dog']),
      tokenizer.addTokens([
        kind({ content: 'cat', singleWord: true }),
        kind({ content: '<l>', lstrip: true }),
        kind({ content: '<r>', rstrip: true }),
      ]),
      tokenizer.addTokens([kind({ content: '<Raw>', normalized: false }), kind({ content: 'new word' })]),
      tokenizer.addSpecialTokens({ padToken: '[PAD]', additionalSpecialTokens: ['[X]', '[X][Y]'] }),
      tokenizer.addTokens(['dog', '<new>']),
    ];
    return counts;
  };

  it('are found as in transformers, before and after saving', async () => {
    const tokenizer = await CLIPTokenizer.fromPretrained(EMOJI_CLIP);
    expect(addLike(tokenizer)).toEqual([3, 3, 2, 3, 0]);
    const folder = await mkdtemp(path.join(tmpdir(), 'tokenizer-'));
    await tokenizer.savePretrained(folder);
    const again = await CLIPTokenizer.fromPretrained(folder);
    await rm(folder, { recursive: true });
    for (const [text, ids, withoutSpecials] of fixture.rows) {
      expect([text, tokenizer.encode(text)]).toEqual([text, ids]);
      expect(again.encode(text)).toEqual(ids);
      expect(again.decode(ids, { skipSpecialTokens: true })).toBe(withoutSpecials);
    }
    expect([again.padToken, again.size, again.vocabSize]).toEqual(['[PAD]', tokenizer.size, 4514]);
    expect(again.additionalSpecialTokens).toEqual(['[X]', '[X][Y]']);
  });
});
