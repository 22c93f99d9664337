// SPDX-License-Identifier: Apache-2.0
import { tokenizerFixture } from '../../../../../../test/harness/tokenizers.js';
import { cleanText } from '../openai/cleanText.js';
import { fixText } from './fixText.js';

const { rows } = tokenizerFixture<[text: string, fixed: string, cleaned: string, ids: number[]]>('openai');

describe('fixText', () => {
  it.each(rows)('repairs %j as ftfy does', (text, fixed) => {
    expect(fixText(text)).toBe(fixed);
  });

  it.each([
    ['âœ” No problems', '✔ No problems'],
    ['Broken text&hellip; it&#x2019;s ﬂubberiﬁc!', "Broken text… it's flubberific!"],
    ['ＬＯＵＤ　ＮＯＩＳＥＳ', 'LOUD NOISES'],
    ['&lt;b&gt; <i>', '&lt;b&gt; <i>'],
    ['\ud800 alone', '\ufffd alone'],
  ])('%j → %j', (text, fixed) => {
    expect(fixText(text)).toBe(fixed);
  });

  it('takes lines of any length', () => {
    const long = `${'sÃ³ '.repeat(300_000)}\nsÃ³`;
    expect(fixText(long)).toBe(`${'só '.repeat(300_000)}\nsó`);
  });
});

describe('cleanText', () => {
  it.each(rows)('cleans %j as OpenAI does', (text, _fixed, cleaned) => {
    expect(cleanText(text)).toBe(cleaned);
  });
});
