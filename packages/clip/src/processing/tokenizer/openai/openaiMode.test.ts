// SPDX-License-Identifier: Apache-2.0
import { clipVocabulary, tokenizerFixture } from '../../../../../../test/harness/tokenizers.js';
import { CLIPTokenizer } from '../clipTokenizer.js';

describe("mode 'openai'", () => {
  const openai = new CLIPTokenizer({ ...clipVocabulary(), mode: 'openai' });

  it.each(tokenizerFixture<[string, string, string, number[]]>('openai').rows)(
    "has SimpleTokenizer's ids for %j",
    (text, _fixed, _cleaned, ids) => {
      expect(openai.encode(text, { addSpecialTokens: false })).toEqual(ids);
    },
  );

  it('makes rows as clip.tokenize does', () => {
    const { inputIds } = openai.call(['a cat', 'a '.repeat(100)], {
      padding: 'max_length',
      truncation: true,
    });
    expect(inputIds.map((row) => row.length)).toEqual([77, 77]);
    expect(inputIds[0].slice(0, 6)).toEqual([49406, 320, 2368, 49407, 0, 0]);
    expect(inputIds[1].slice(-2)).toEqual([320, 49407]);
    expect([openai.padTokenId, openai.padToken, openai.modelMaxLength]).toEqual([0, '!', 77]);
  });

  it('can leave special tokens in a text alone', () => {
    const options = { splitSpecialTokens: true, addSpecialTokens: false };
    expect(openai.tokenize('a<|EndOfText|>')).toEqual(['a</w>', '<|endoftext|>']);
    expect(openai.convertIdsToTokens(openai.encode('a<|endoftext|>', options))).not.toContain(
      '<|endoftext|>',
    );
  });

  it('has no offsets', () => {
    expect(() => openai.call('a', { returnOffsetsMapping: true })).toThrow(
      "returnOffsetsMapping needs mode 'hf': OpenAI's cleaning loses where text was.",
    );
  });
});
