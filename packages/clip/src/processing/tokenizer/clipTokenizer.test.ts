// SPDX-License-Identifier: Apache-2.0
import { clipVocabulary, tokenizerFixture } from '../../../../../test/harness/tokenizers.js';
import { CLIPTokenizer } from './clipTokenizer.js';
import type { Offset } from './textEncoder.js';

const clip = new CLIPTokenizer(clipVocabulary());
describe("with CLIP's vocabulary", () => {
  type Row = [text: string, ids: number[], offsets: Offset[], decoded: string, withoutSpecials: string];
  const { rows } = tokenizerFixture<Row>('clip-texts');

  it.each(rows)(
    'reads and writes %j as transformers does',
    (text, ids, offsets, decoded, withoutSpecials) => {
      expect(clip.encode(text)).toEqual(ids);
      expect(clip.call(text, { returnOffsetsMapping: true })).toEqual({
        inputIds: ids,
        attentionMask: ids.map(() => 1),
        offsetMapping: offsets,
      });
      expect(clip.decode(ids)).toBe(decoded);
      expect(clip.decode(Int32Array.from(ids), { skipSpecialTokens: true })).toBe(withoutSpecials);
      expect(clip.convertTokensToIds(clip.convertIdsToTokens(ids) as string[])).toEqual(ids);
    },
  );

  it('knows its sizes and special tokens', () => {
    expect([clip.vocabSize, clip.size, clip.modelMaxLength]).toEqual([49408, 49408, 1e30]);
    expect([clip.bosTokenId, clip.eosTokenId, clip.unkTokenId, clip.padTokenId]).toEqual([
      49406, 49407, 49407, 49407,
    ]);
    expect(clip.allSpecialTokens).toEqual(['<|startoftext|>', '<|endoftext|>']);
    expect(clip.allSpecialIds).toEqual([49406, 49407]);
    expect(clip.getVocab().get('cat</w>')).toBe(2368);
  });

  it('takes half of a surrogate pair for the replacement character', () => {
    expect(clip.encode('a\ud800b')).toEqual(clip.encode('a\ufffdb'));
    expect(clip.decode(clip.encode('\udc00', { addSpecialTokens: false }))).toBe('\ufffd');
  });

  it('has offsets for a word of any length', () => {
    const { offsetMapping, inputIds } = clip.call('x'.repeat(200_000), { returnOffsetsMapping: true });
    expect(offsetMapping?.length).toBe(inputIds.length);
    expect(offsetMapping?.at(-2)?.[1]).toBe(200_000);
  });

  it('refuses a mode that there is not', () => {
    expect(() => new CLIPTokenizer({ ...clipVocabulary(), mode: 'opneai' as 'hf' })).toThrow(
      `mode is "opneai", but must be 'hf' or 'openai'.`,
    );
  });

  it('encodes 20,000 captions in seconds', () => {
    const captions = Array.from(
      { length: 20_000 },
      (_, i) => `a photo of ${i} cats, number ${i * 7919} of many`,
    );
    const started = performance.now();
    clip.call(captions, { padding: 'max_length', maxLength: 77, truncation: true });
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('special tokens', () => {
  it('stand around one text, or two', () => {
    expect(clip.buildInputsWithSpecialTokens([1, 2])).toEqual([49406, 1, 2, 49407]);
    expect(clip.buildInputsWithSpecialTokens([1], [2])).toEqual([49406, 1, 49407, 49407, 2, 49407]);
    expect(clip.createTokenTypeIdsFromSequences([1], [2])).toEqual([0, 0, 0, 0, 0, 0]);
    expect([clip.numSpecialTokensToAdd(), clip.numSpecialTokensToAdd(true)]).toEqual([2, 4]);
  });

  it('are marked', () => {
    expect(clip.getSpecialTokensMask([5, 6])).toEqual([1, 0, 0, 1]);
    expect(clip.getSpecialTokensMask([5], [6])).toEqual([1, 0, 1, 1, 0, 1]);
    const options = { alreadyHasSpecialTokens: true };
    expect(clip.getSpecialTokensMask([49406, 5, 49407], undefined, options)).toEqual([1, 0, 1]);
  });

  it('can be skipped, also among tokens', () => {
    expect(clip.convertIdsToTokens([49406, 320, 49407], { skipSpecialTokens: true })).toEqual(['a</w>']);
    expect(clip.tokenize('a cat', { addSpecialTokens: true })).toEqual([
      '<|startoftext|>',
      'a</w>',
      'cat</w>',
      '<|endoftext|>',
    ]);
  });
});

describe('decoding', () => {
  it('leaves out ids that stand for nothing', () => {
    expect(clip.decode([320, 99_999, 2368])).toBe('a cat');
    expect(clip.decode(320)).toBe('a');
    expect(clip.convertIdsToTokens([320, 99_999])).toEqual(['a</w>', null]);
    expect(clip.convertIdsToTokens(99_999)).toBeNull();
    expect(clip.convertTokensToIds(['cat</w>', 'no such token'])).toEqual([2368, 49407]);
  });

  it('closes up spaces only when asked', () => {
    const ids = clip.encode("Hello, world! They're 'fine', aren't they?", { addSpecialTokens: false });
    expect(clip.decode(ids)).toBe("hello , world ! they 're ' fine ', aren 't they ?");
    expect(clip.decode(ids, { cleanUpTokenizationSpaces: true })).toBe(
      "hello, world! they're'fine ', aren 't they?",
    );
  });

  it('takes rows of typed arrays, and turns tokens into text', () => {
    expect(clip.batchDecode([Int32Array.of(320, 2368), [320, 1929]])).toEqual(['a cat', 'a dog']);
    expect(clip.convertTokensToString(['a</w>', 'ph', 'oto</w>'])).toBe('a photo');
  });

  it('refuses what are no ids', () => {
    const message =
      'Token ids must be a list of whole numbers, such as [320, 1125]; for several lists call batchDecode, for a tensor give its data.';
    for (const ids of [[[320]], ['a'], [1.5], null, {}]) {
      expect(() => clip.decode(ids as never)).toThrow(new Error(message));
    }
  });
});
