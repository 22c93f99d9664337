// SPDX-License-Identifier: Apache-2.0
/** What OpenAI's SimpleTokenizer does to a text before it splits it into words. */
import { fixText } from '../ftfy/fixText.js';
import { strip } from './pythonStrings.js';
import { unescapeHTML } from './unescapeHTML.js';

/**
 * Repairs the text, resolves HTML's character references (twice: `&amp;amp;` is common on the web), makes runs of
 * white space one space, and lowers it. Python's `lower` is JavaScript's `toLowerCase`, final sigma included.
 *
 * https://github.com/openai/CLIP/blob/main/clip/simple_tokenizer.py (MIT)
 */
export function cleanText(text: string): string {
  const unescaped = strip(unescapeHTML(unescapeHTML(fixText(text))));
  return strip(unescaped.replace(/\p{White_Space}+/gu, ' ')).toLowerCase();
}
