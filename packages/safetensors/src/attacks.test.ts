// SPDX-License-Identifier: Apache-2.0
/** One hostile file a test: what it does, and how it is refused. FORMAT.md gives the reasons; attacksOnTensors.test.ts goes on. */
import { expectRefusal, oneTensor, openBytes, rawFile, refusal } from '../testing/rawFile.js';
import { SafetensorsReader } from './reader.js';
import type { ByteSource } from './source.js';

describe('the frame', () => {
  it('an empty file', () =>
    expectRefusal(
      new Uint8Array(0),
      'HEADER_TOO_SMALL',
      "x.safetensors has 0 bytes; a safetensors file begins with 8 that give the header's length.",
    ));

  it('seven bytes', () =>
    expectRefusal(
      new Uint8Array(7),
      'HEADER_TOO_SMALL',
      "x.safetensors has 7 bytes; a safetensors file begins with 8 that give the header's length.",
    ));

  it('a header of 100 MB and a byte', () =>
    expectRefusal(
      rawFile('{}', 0, 100_000_001n),
      'HEADER_TOO_LARGE',
      'x.safetensors: the header is said to have 100000001 bytes; at most 100000000 are allowed.',
    ));

  it('the largest header length that 64 bits can say', () =>
    expectRefusal(
      rawFile('{}', 0, 2n ** 64n - 1n),
      'HEADER_TOO_LARGE',
      'x.safetensors: the header is said to have 18446744073709551615 bytes; at most 100000000 are allowed.',
    ));

  it('a header length one beyond the file', () =>
    expectRefusal(
      rawFile('{}', 0, 3n),
      'INVALID_HEADER_LENGTH',
      'x.safetensors: the header is said to have 3 bytes, but only 2 follow: the file is truncated or no safetensors file.',
    ));

  it('a header of no bytes', () =>
    expectRefusal(rawFile(''), 'INVALID_HEADER_START', "x.safetensors: the header does not begin with '{'."));

  it('a header that is a list', () =>
    expectRefusal(
      rawFile('[]'),
      'INVALID_HEADER_START',
      "x.safetensors: the header does not begin with '{'.",
    ));

  it('a header that begins with a space', () =>
    expectRefusal(
      rawFile(' {}'),
      'INVALID_HEADER_START',
      "x.safetensors: the header does not begin with '{'.",
    ));

  it('a header that begins with a byte order mark', () =>
    expectRefusal(
      rawFile('\ufeff{}'),
      'INVALID_HEADER_START',
      "x.safetensors: the header does not begin with '{'.",
    ));

  it('a header that is not UTF-8', () =>
    expectRefusal(
      rawFile(Uint8Array.of(0x7b, 0xff, 0x7d)),
      'INVALID_UTF8',
      'x.safetensors: the header is not valid UTF-8.',
    ));

  it('a surrogate encoded as UTF-8', () =>
    expectRefusal(
      rawFile(Uint8Array.of(0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22)),
      'INVALID_UTF8',
      'x.safetensors: the header is not valid UTF-8.',
    ));
});

describe('the JSON', () => {
  it('breaks off', () =>
    expectRefusal(
      rawFile('{'),
      'INVALID_JSON',
      'x.safetensors: the header is not valid JSON: expected a string at character 1, it ends.',
    ));

  it('has a comma too many', () =>
    expectRefusal(
      rawFile('{"__metadata__":{},}'),
      'INVALID_JSON',
      'x.safetensors: the header is not valid JSON: expected a string at character 19, found "}".',
    ));

  it('goes on after its end', () =>
    expectRefusal(
      rawFile('{} {}'),
      'INVALID_JSON',
      'x.safetensors: the header is not valid JSON: expected the end at character 3, found "{}".',
    ));

  it('is padded with zeros', () =>
    expectRefusal(
      rawFile('{}\0\0'),
      'INVALID_JSON',
      'x.safetensors: the header is not valid JSON: expected the end at character 2, found "\\u0000\\u0000".',
    ));

  it('holds NaN', () =>
    expectRefusal(
      oneTensor('{"dtype":"U8","shape":[NaN],"data_offsets":[0,0]}'),
      'INVALID_JSON',
      'x.safetensors: the header is not valid JSON: expected a value at character 28, found "NaN],\\"data_offsets\\":".',
    ));

  it('has a lone surrogate in a name', () =>
    expectRefusal(
      rawFile('{"\\ud800":1}'),
      'INVALID_JSON',
      'x.safetensors: the header is not valid JSON: expected a string whose surrogate escapes come in pairs at character 1, found "\\"\\\\ud800\\":1}".',
    ));

  it('has a line break in a name', () =>
    expectRefusal(
      rawFile('{"a\n":1}'),
      'INVALID_JSON',
      'x.safetensors: the header is not valid JSON: expected the end of a string at character 3, found "\\n\\":1}".',
    ));

  it('nests a million levels deep to exhaust the stack', () =>
    expectRefusal(
      oneTensor(`{"x":${'['.repeat(1_000_000)}`),
      'INVALID_JSON',
      'x.safetensors: the header nests deeper than 127 levels.',
    ));
});

describe('keys', () => {
  const entry = '{"dtype":"U8","shape":[1],"data_offsets":[0,1]}';

  it('two tensors of one name', () =>
    expectRefusal(
      rawFile(`{"t":${entry},"t":${entry}}`, 1),
      'DUPLICATE_KEY',
      'x.safetensors: the header has the key "t" twice.',
    ));

  it('one name spelled with and without escapes', () =>
    expectRefusal(
      rawFile(`{"t":${entry},"\\u0074":${entry}}`, 1),
      'DUPLICATE_KEY',
      'x.safetensors: the header has the key "t" twice.',
    ));

  it('two shapes in one entry', () =>
    expectRefusal(
      oneTensor('{"dtype":"U8","shape":[1],"shape":[2],"data_offsets":[0,2]}', 2),
      'DUPLICATE_KEY',
      'x.safetensors: the header has the key "shape" twice.',
    ));

  it('two metadata', () =>
    expectRefusal(
      rawFile('{"__metadata__":{},"__metadata__":{}}'),
      'DUPLICATE_KEY',
      'x.safetensors: the header has the key "__metadata__" twice.',
    ));

  it('a key twice in the metadata', () =>
    expectRefusal(
      rawFile('{"__metadata__":{"a":"1","a":"2"}}'),
      'DUPLICATE_KEY',
      'x.safetensors: the header has the key "a" twice.',
    ));

  it('"__proto__" in the metadata changes no prototype', async () => {
    const reader = await openBytes(rawFile('{"__metadata__":{"__proto__":"polluted","toString":"x"}}'));
    expect(Object.getPrototypeOf(reader.metadata)).toBeNull();
    expect(Object.keys(reader.metadata)).toEqual(['__proto__', 'toString']);
    expect({}.toString()).toBe('[object Object]');
  });

  it('"__proto__" as a tensor is a tensor like any other', async () => {
    const reader = await openBytes(rawFile(`{"__proto__":${entry}}`, Uint8Array.of(9)));
    expect(reader.names()).toEqual(['__proto__']);
    expect(await reader.bytes('__proto__')).toEqual(Uint8Array.of(9));
    expect(reader.has('constructor')).toBe(false);
  });

  it('"__proto__" in an entry gives it no fields', () =>
    expectRefusal(
      oneTensor(`{"__proto__":${entry}}`, 1),
      'INVALID_TENSOR_ENTRY',
      "x.safetensors: tensor 't' has no dtype.",
    ));
});

describe('metadata', () => {
  it('that is a list', () =>
    expectRefusal(
      rawFile('{"__metadata__":[]}'),
      'INVALID_METADATA',
      "x.safetensors: the header's __metadata__ maps strings to strings; it is no object.",
    ));

  it('with a number as value', () =>
    expectRefusal(
      rawFile('{"__metadata__":{"epoch":3}}'),
      'INVALID_METADATA',
      "x.safetensors: the header's __metadata__ maps strings to strings; the value of 'epoch' is no string.",
    ));

  it('with an object as value', () =>
    expectRefusal(
      rawFile('{"__metadata__":{"a":{}}}'),
      'INVALID_METADATA',
      "x.safetensors: the header's __metadata__ maps strings to strings; the value of 'a' is no string.",
    ));
});

describe('sizes are checked before anything is read or allocated', () => {
  /** A file that claims a size, and records what is asked of it. */
  function recordingSource(size: number, bytes: Uint8Array) {
    const asked: number[] = [];
    const source: ByteSource = {
      name: 'x.safetensors',
      size,
      read: async (offset, length) => {
        asked.push(length);
        return bytes.slice(offset, offset + length);
      },
      close: async () => {},
    };
    return { source, asked };
  }

  it('a header length of nearly 100 MB in a file of ten bytes', async () => {
    const { source, asked } = recordingSource(10, rawFile('{}', 0, 99_999_999n));
    expect((await refusal(SafetensorsReader.open(source))).code).toBe('INVALID_HEADER_LENGTH');
    expect(asked).toEqual([8]);
  });

  it('a tensor of a terabyte in a small file', async () => {
    const file = oneTensor('{"dtype":"U8","shape":[1099511627776],"data_offsets":[0,1099511627776]}');
    const { source, asked } = recordingSource(file.length, file);
    expect((await refusal(SafetensorsReader.open(source))).code).toBe('TRUNCATED');
    expect(asked).toEqual([8, file.length - 8]);
  });

  it('a source that gives less than it was asked for', async () => {
    const { source } = recordingSource(100, rawFile('{}'));
    const error = await refusal(SafetensorsReader.open({ ...source, read: async () => new Uint8Array(3) }));
    expect(error.code).toBe('READ_FAILED');
    expect(error.message).toBe('x.safetensors gave 3 bytes where 8 were asked for.');
  });
});

it('a message does not repeat a name of a megabyte', async () => {
  const name = 'a'.repeat(1_000_000);
  const error = await refusal(openBytes(rawFile(`{"${name}":1}`)));
  expect(error.message).toBe(`x.safetensors: tensor '${'a'.repeat(200)}…' has an entry that is no object.`);
});
