// SPDX-License-Identifier: Apache-2.0
import { describeBackends } from '../../../../../test/harness/backends.js';
import { leavesNoTensors } from '../../../../../test/harness/leaks.js';
import { EMOJI_CLIP, tokenizerFixture } from '../../../../../test/harness/tokenizers.js';
import type { CallOptions } from './callOptions.js';
import { CLIPTokenizer } from './clipTokenizer.js';

let emoji: CLIPTokenizer;

beforeAll(async () => {
  emoji = await CLIPTokenizer.fromPretrained(EMOJI_CLIP);
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
      const returned = { ...everything, returnOffsetsMapping: 'offsetMapping' in expected };
      expect(emoji.call(text, { ...options, ...returned })).toEqual(expected);
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
