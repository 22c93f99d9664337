// SPDX-License-Identifier: Apache-2.0
import { normalizeAligned } from './alignedText.js';
import { normalize } from './normalize.js';

describe('normalize', () => {
  it.each([
    ['ΟΔΟΣ', 'οδοσ'],
    ['İ', 'i\u0307'],
    ['e\u0301', 'é'],
    ['\u212b', 'å'],
    ['a\u3000 \tb\x85c', 'a b c'],
    ['a\ufeffb\u200bc\x1fd', 'a\ufeffb\u200bc\x1fd'],
    ['\u0958', '\u0915\u093c'],
    ['\u1112\u1161\u11ab', '한'],
    ['a\u0327\u0301', 'á\u0327'],
  ])('%j is %j, whether aligned or not', (text, normalized) => {
    expect(normalize(text)).toBe(normalized);
    expect(normalizeAligned(text).text).toBe(normalized);
  });
});

describe('alignment', () => {
  const spans = (text: string) => {
    const { starts, ends } = normalizeAligned(text);
    return starts.map((start, i) => [start, ends[i]]);
  };

  // As tokenizers 0.23 counts: a composed character comes from its base, and what was added from what stood before.
  it.each([
    [
      'ab',
      [
        [0, 1],
        [1, 2],
      ],
    ],
    [
      'x😀',
      [
        [0, 1],
        [1, 3],
        [1, 3],
      ],
    ],
    [
      'e\u0301f',
      [
        [0, 1],
        [2, 3],
      ],
    ],
    [
      'İ',
      [
        [0, 1],
        [0, 1],
      ],
    ],
    [
      '\u0958',
      [
        [0, 1],
        [0, 1],
      ],
    ],
    [
      'a\u0327\u0301',
      [
        [0, 1],
        [2, 3],
      ],
    ],
    [
      'a\u0301\u0327',
      [
        [0, 1],
        [2, 3],
      ],
    ],
    [
      '\u00c5\u0323',
      [
        [0, 1],
        [1, 2],
      ],
    ],
    [
      'a  b',
      [
        [0, 1],
        [1, 3],
        [3, 4],
      ],
    ],
  ])('of %j', (text, expected) => {
    expect(spans(text)).toEqual(expected);
  });
});
