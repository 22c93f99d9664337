// SPDX-License-Identifier: Apache-2.0
import { refusal } from '../testing/rawFile.js';
import type { SafetensorsError } from './errors.js';
import { JsonScanner } from './jsonScanner.js';

/** Null, or the code of the refusal. */
function faultOf(text: string): string | null {
  try {
    const scanner = new JsonScanner(text, 'It');
    scanner.skip();
    scanner.end();
    return null;
  } catch (error) {
    return (error as SafetensorsError).code;
  }
}

function accepts(text: string): boolean {
  return faultOf(text) === null;
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

it.each([
  '{}',
  ' [ ] ',
  '[1,-0,0.5,1e5,1E+5,-1.25e-3]',
  '{"a":{"b":[true,false,null,""]}}',
  '"\\u00e9\\n\\"\\\\\\/\\ud83d\\ude00"',
  '',
  '[1,]',
  '[,1]',
  '{"a"}',
  '{"a":}',
  '{a:1}',
  "{'a':1}",
  '[01]',
  '[1.]',
  '[.5]',
  '[+1]',
  '[1e]',
  '[-]',
  '[0x1]',
  '[Infinity]',
  '[tru]',
  '[truex]',
  '[1 2]',
  '[1}',
  '"a',
  '"\\x"',
  '"\\u12"',
  '"a\tb"',
  '"\\',
  '[1]]',
  '// c\n1',
  '\u00a01',
  '\ufeff1',
])('%j is valid or not as for JSON.parse', (text) => {
  expect(accepts(text)).toBe(parses(text));
});

it('agrees with JSON.parse on ten thousand scrambled texts, duplicate keys aside', () => {
  const original = '{"a":[1,-2.5e3,{"b":"x\\n\\u0041"},[]],"c":true,"d":null}';
  const pieces = '{}[]",:\\ue1.-+ \n0atn';
  let state = 7;
  const random = (limit: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  let valid = 0;
  for (let i = 0; i < 10_000; i++) {
    let text = original;
    for (let change = 0; change <= random(3); change++) {
      const at = random(text.length);
      text = text.slice(0, at) + pieces[random(pieces.length)] + text.slice(at + random(3));
    }
    const fault = faultOf(text);
    const agrees = parses(text) ? fault === null || fault === 'DUPLICATE_KEY' : fault !== null;
    if (!agrees) throw new Error(`disagrees on ${text}`);
    if (fault === null) valid++;
  }
  expect(valid).toBeGreaterThan(200);
});

it('gives strings unescaped, numbers as written, and members in order', () => {
  const scanner = new JsonScanner('{"a\\u0062": "\\ud83d\\ude00", "n": 1.50}', 'It');
  const seen: [string, string][] = [];
  scanner.object((key) => {
    seen.push([key, scanner.kind() === 'string' ? scanner.string() : scanner.number()]);
  });
  expect(seen).toEqual([
    ['ab', '😀'],
    ['n', '1.50'],
  ]);
});

it('tells where it is wrong', async () => {
  const error = await refusal(() => new JsonScanner('[1, 2 "x"]', 'The index').skip());
  expect(error.code).toBe('INVALID_JSON');
  expect(error.message).toBe(
    `The index is not valid JSON: expected ',' or ']' at character 6, found "\\"x\\"]".`,
  );
});

it('refuses what JSON.parse lets pass: duplicate keys at any depth, lone surrogates, endless nesting', () => {
  expect(accepts('[{"a":1,"a":1}]')).toBe(false);
  expect(accepts('"\\udc00"')).toBe(false);
  expect(accepts(`${'['.repeat(127)}${']'.repeat(127)}`)).toBe(true);
  expect(accepts(`${'['.repeat(128)}${']'.repeat(128)}`)).toBe(false);
});
