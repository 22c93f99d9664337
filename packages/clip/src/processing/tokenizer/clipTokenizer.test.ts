// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeBackends } from '../../../../../test/harness/backends.js';
import { leavesNoTensors } from '../../../../../test/harness/leaks.js';
import { clipVocabulary, EMOJI_CLIP, tokenizerFixture } from '../../../../../test/harness/tokenizers.js';
import type { CallOptions } from './callOptions.js';
import { CLIPTokenizer } from './clipTokenizer.js';
import type { AddedToken } from './specialTokens.js';
import type { Offset } from './textEncoder.js';

const clip = new CLIPTokenizer(clipVocabulary());
let emoji: CLIPTokenizer;

beforeAll(async () => {
  emoji = await CLIPTokenizer.fromPretrained(EMOJI_CLIP);
});

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

describe('options of a call', () => {
  type Row = ['left' | 'right', string | string[], CallOptions, Record<string, unknown>];
  const everything: CallOptions = {
    returnSpecialTokensMask: true,
    returnOffsetsMapping: true,
    returnLength: true,
    returnTokenTypeIds: true,
  };

  it.each(tokenizerFixture<Row>('options').rows)(
    'truncating on the %s, %j with %j',
    (side, text, options, expected) => {
      emoji.truncationSide = side;
      expect(emoji.call(text, { ...options, ...everything })).toEqual(expected);
    },
  );

  it.each(tokenizerFixture<['left' | 'right', string, CallOptions, number[][]]>('overflow').rows)(
    'truncating on the %s, what overflows of %j with %j',
    (side, text, options, expected) => {
      emoji.truncationSide = side;
      const { inputIds, overflowToSampleMapping } = emoji.call(text, {
        truncation: true,
        ...options,
        returnOverflowingTokens: true,
      });
      expect(inputIds).toEqual(expected);
      expect(overflowToSampleMapping).toEqual(expected.map(() => 0));
    },
  );

  afterAll(() => {
    emoji.truncationSide = 'right';
  });

  it('says which text of a batch overflowed', () => {
    const options = { truncation: true, maxLength: 4, returnOverflowingTokens: true };
    expect(emoji.call(['a', 'a photo of a dog'], options).overflowToSampleMapping).toEqual([0, 1, 1, 1]);
  });

  it('leaves the attention mask out', () => {
    expect(emoji.call('a dog', { returnAttentionMask: false })).toEqual({
      inputIds: [4512, 320, 1929, 4513],
    });
  });

  it('takes an empty batch', () => {
    expect(emoji.call([], { padding: true })).toEqual({ inputIds: [], attentionMask: [] });
  });

  it.each([
    [
      { padding: 'longets' },
      'padding is "longets", but must be one of true, false, "longest", "max_length", "do_not_pad".',
    ],
    [
      { truncation: 'first' },
      'truncation is "first", but must be one of true, false, "longest_first", "only_first", "only_second", "do_not_truncate".',
    ],
    [{ paddingSide: 'top' }, 'paddingSide is "top", but must be one of "left", "right".'],
    [{ returnTensors: 'pt' }, 'returnTensors is "pt", but must be one of "tf".'],
    [{ maxLength: 0 }, 'maxLength is 0, but must be a whole number of at least 1.'],
    [{ maxLength: 2.5 }, 'maxLength is 2.5, but must be a whole number of at least 1.'],
    [{ stride: -1 }, 'stride is -1, but must be a whole number of at least 0.'],
    [{ padToMultipleOf: 0 }, 'padToMultipleOf is 0, but must be a whole number of at least 1.'],
    [
      { truncation: true, padding: true, maxLength: 6, padToMultipleOf: 4 },
      'Texts are cut to 6 tokens, which is no multiple of padToMultipleOf, 4.',
    ],
    [
      { truncation: true, maxLength: 1 },
      'maxLength is 1, but the special tokens alone are 2; give at least that.',
    ],
    [
      { truncation: true, maxLength: 4, stride: 2 },
      'stride is 2, but must be less than the 2 tokens of a text that fit into a row.',
    ],
    [
      { truncation: 'only_second', maxLength: 4 },
      "truncation is 'only_second', but there is no second text; give textPair.",
    ],
    [
      { truncation: 'only_second', maxLength: 6, textPair: 'two cats' },
      "5 tokens are too many, but the second text has only 2; use truncation: 'longest_first'.",
    ],
    [{ textPair: ['a'] }, 'textPair must be one text, as text is.'],
    [{ textPair: 7 }, 'textPair must be a string or a list of strings, got 7.'],
    [
      { isSplitIntoWords: true },
      'With isSplitIntoWords, text must be a list of words or several such lists, got a photo of a dog.',
    ],
  ])('refuses %j', (options, message) => {
    expect(() => emoji.call('a photo of a dog', options as CallOptions)).toThrow(new Error(message));
  });

  it.each([
    [null, 'text must be a string or a list of strings, got null.'],
    [['a', 3], 'text must be a string or a list of strings, got 3.'],
    [{}, 'text must be a string or a list of strings, got an object.'],
    [[['a']], 'text must be a string or a list of strings, got a list.'],
  ])('refuses %j for a text', (text, message) => {
    expect(() => emoji.call(text as string)).toThrow(new Error(message));
  });

  it('refuses pairs of another number', () => {
    expect(() => emoji.call(['a', 'b'], { textPair: ['c'] })).toThrow(
      'There are 2 texts, but 1 in textPair; each text needs its own.',
    );
    expect(() => emoji.call(['a'], { textPair: 'c' })).toThrow('textPair must be a list, as text is.');
  });
});

describeBackends('tensors of tokens', () => {
  it('are int32 and hold what the lists hold', async () => {
    const options = {
      padding: true,
      returnOffsetsMapping: true,
      returnLength: true,
      returnOverflowingTokens: true,
    };
    const lists = emoji.call(['a photo', 'a dog and a cat'], options);
    const tensors = emoji.call(['a photo', 'a dog and a cat'], { ...options, returnTensors: 'tf' });
    for (const [name, tensor] of Object.entries(tensors)) {
      expect(tensor.dtype).toBe('int32');
      expect(await tensor.array()).toEqual(lists[name as keyof typeof lists]);
      tensor.dispose();
    }
    expect(Object.keys(tensors)).toEqual(Object.keys(lists));
  });

  it('have a row for a single text', async () => {
    const { inputIds, attentionMask } = emoji.call('a dog', { returnTensors: 'tf' });
    expect(await inputIds.array()).toEqual([[4512, 320, 1929, 4513]]);
    inputIds.dispose();
    attentionMask?.dispose();
  });

  it('leak nothing', async () => {
    await leavesNoTensors(() => ({ ...emoji.call(['a', 'a dog'], { padding: true, returnTensors: 'tf' }) }));
    await leavesNoTensors(() => {
      expect(() => emoji.call(['a', 'a dog', ''], { returnTensors: 'tf' })).toThrow(
        'The rows have 3, 4, 2 tokens, but those of a tensor must be of one length; pass padding: true.',
      );
    });
    await leavesNoTensors(() => ({ ...emoji.pad(emoji.call(['a', 'a dog']), { returnTensors: 'tf' }) }));
    await leavesNoTensors(() => ({ ...emoji.call([], { returnTensors: 'tf' }) }));
  });
});

describe('padding afterwards', () => {
  it('is that of a call', () => {
    const texts = ['a photo of a dog', 'a cat', ''];
    const returns = { returnSpecialTokensMask: true, returnTokenTypeIds: true, returnOffsetsMapping: true };
    for (const options of [
      { padding: true },
      { padding: 'max_length', maxLength: 9 },
      { padding: true, padToMultipleOf: 4, paddingSide: 'left' },
    ] as const) {
      const padded = emoji.call(texts, { ...returns, ...options });
      expect(emoji.pad(emoji.call(texts, returns), options)).toEqual(padded);
      expect(
        emoji.pad(
          texts.map((text) => emoji.call(text, returns)),
          options,
        ),
      ).toEqual(padded);
    }
  });

  it('makes an attention mask, and pads one text', () => {
    expect(emoji.pad({ inputIds: [1, 2] }, { padding: 'max_length', maxLength: 4 })).toEqual({
      inputIds: [1, 2, 4513, 4513],
      attentionMask: [1, 1, 0, 0],
    });
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
