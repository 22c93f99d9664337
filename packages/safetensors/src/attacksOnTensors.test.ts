// SPDX-License-Identifier: Apache-2.0
/** Hostile files like those of attacks.test.ts: what can be wrong with a tensor's type, shape and place. */
import { expectRefusal, oneTensor, openBytes, rawFile, refusal } from '../testing/rawFile.js';

describe("a tensor's entry", () => {
  it('is a number', () =>
    expectRefusal(
      oneTensor('1'),
      'INVALID_TENSOR_ENTRY',
      "x.safetensors: tensor 't' has an entry that is no object.",
    ));

  it('has no data_offsets', () =>
    expectRefusal(
      oneTensor('{"dtype":"U8","shape":[]}'),
      'INVALID_TENSOR_ENTRY',
      "x.safetensors: tensor 't' has no data_offsets.",
    ));

  it('has an unknown dtype', () =>
    expectRefusal(
      oneTensor('{"dtype":"F128","shape":[1],"data_offsets":[0,16]}', 16),
      'UNKNOWN_DTYPE',
      "x.safetensors: tensor 't' has the dtype 'F128'; the format has BOOL, F4, F6_E2M3, F6_E3M2, U8, I8, F8_E5M2, F8_E4M3, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ, I16, U16, F16, BF16, I32, U32, F32, C64, F64, I64, U64.",
    ));

  it('has a dtype that is the name of a property of every object', async () => {
    const error = await refusal(
      openBytes(oneTensor('{"dtype":"constructor","shape":[1],"data_offsets":[0,1]}', 1)),
    );
    expect(error.code).toBe('UNKNOWN_DTYPE');
    expect(error.message).toContain("has the dtype 'constructor'; the format has BOOL");
  });

  it('has a dtype that is a number', async () => {
    const error = await refusal(openBytes(oneTensor('{"dtype":4,"shape":[1],"data_offsets":[0,1]}', 1)));
    expect(error.code).toBe('UNKNOWN_DTYPE');
    expect(error.message).toContain('has the dtype of a JSON number; the format has BOOL');
  });
});

describe('shapes', () => {
  const shaped = (shape: string) => oneTensor(`{"dtype":"F32","shape":${shape},"data_offsets":[0,16]}`, 16);
  const refused = (shape: string, code: string, end: string) =>
    expectRefusal(shaped(shape), code, `x.safetensors: tensor 't' ${end}`);

  it('that is no list', () => refused('4', 'INVALID_SHAPE', 'has a shape that is no list.'));
  it('with a negative entry', () =>
    refused('[-2,-2]', 'INVALID_SHAPE', "has '-2' in its shape; only integers from 0 on belong there."));
  it('with minus zero', () =>
    refused('[-0]', 'INVALID_SHAPE', "has '-0' in its shape; only integers from 0 on belong there."));
  it('with a fraction', () =>
    refused('[2.5]', 'INVALID_SHAPE', "has '2.5' in its shape; only integers from 0 on belong there."));
  it('with an integer written as a float', () =>
    refused('[4.0]', 'INVALID_SHAPE', "has '4.0' in its shape; only integers from 0 on belong there."));
  it('with an exponent', () =>
    refused('[4e0]', 'INVALID_SHAPE', "has '4e0' in its shape; only integers from 0 on belong there."));
  it('with a string', () =>
    refused(
      '["4"]',
      'INVALID_SHAPE',
      'has a JSON string in its shape; only integers from 0 on belong there.',
    ));
  it('with null', () =>
    refused(
      '[null]',
      'INVALID_SHAPE',
      'has a JSON literal in its shape; only integers from 0 on belong there.',
    ));
  it('with an entry that doubles cannot hold', () =>
    refused(
      '[9007199254740993]',
      'SHAPE_OVERFLOW',
      "has '9007199254740993' in its shape, which passes 2^53.",
    ));
  it('whose product passes 2^53', () =>
    refused(
      '[4294967296,4294967296]',
      'SHAPE_OVERFLOW',
      'has shape [4294967296, 4294967296] of F32: its size passes 2^53 bits.',
    ));
  it('whose product wraps around 2^64 to the right size', () =>
    refused(
      '[4611686018427387905,4]',
      'SHAPE_OVERFLOW',
      "has '4611686018427387905' in its shape, which passes 2^53.",
    ));
  it('whose product overflows before it comes to a zero', () =>
    refused(
      '[4503599627370496,4503599627370496,0]',
      'SHAPE_OVERFLOW',
      'has shape [4503599627370496, 4503599627370496, 0] of F32: its size passes 2^53 bits.',
    ));
  it('that needs more bytes than its offsets hold', () =>
    refused(
      '[2,3]',
      'SIZE_MISMATCH',
      'has shape [2, 3] of F32, which is 24 bytes, but its data_offsets [0, 16] hold 16.',
    ));
  it('that needs fewer bytes than its offsets hold', () =>
    refused(
      '[3]',
      'SIZE_MISMATCH',
      'has shape [3] of F32, which is 12 bytes, but its data_offsets [0, 16] hold 16.',
    ));

  it('of half a byte', () =>
    expectRefusal(
      oneTensor('{"dtype":"F4","shape":[3],"data_offsets":[0,2]}', 2),
      'MISALIGNED_SIZE',
      "x.safetensors: tensor 't' has shape [3] of F4: 12 bits are not a whole number of bytes.",
    ));
});

describe('offsets', () => {
  const placed = (offsets: string, data = 4) =>
    oneTensor(`{"dtype":"U8","shape":[4],"data_offsets":${offsets}}`, data);

  it('that are no list', () =>
    expectRefusal(
      placed('{}'),
      'INVALID_OFFSETS',
      "x.safetensors: tensor 't' has a data_offsets that is no list.",
    ));
  it('of one number', () =>
    expectRefusal(
      placed('[4]'),
      'INVALID_OFFSETS',
      "x.safetensors: tensor 't' has data_offsets [4]; they are [begin, end] with begin ≤ end.",
    ));
  it('of three numbers', () =>
    expectRefusal(
      placed('[0,4,8]'),
      'INVALID_OFFSETS',
      "x.safetensors: tensor 't' has data_offsets [0, 4, 8]; they are [begin, end] with begin ≤ end.",
    ));
  it('that end before they begin', () =>
    expectRefusal(
      placed('[4,0]'),
      'INVALID_OFFSETS',
      "x.safetensors: tensor 't' has data_offsets [4, 0]; they are [begin, end] with begin ≤ end.",
    ));
  it('that point into the header', () =>
    expectRefusal(
      placed('[-4,0]'),
      'INVALID_OFFSETS',
      "x.safetensors: tensor 't' has '-4' in its data_offsets; only integers from 0 on belong there.",
    ));
  it('with a fraction', () =>
    expectRefusal(
      placed('[0.5,4.5]'),
      'INVALID_OFFSETS',
      "x.safetensors: tensor 't' has '0.5' in its data_offsets; only integers from 0 on belong there.",
    ));
  it('past 2^53', () =>
    expectRefusal(
      placed('[0,18446744073709551615]'),
      'INVALID_OFFSETS',
      "x.safetensors: tensor 't' has '18446744073709551615' in its data_offsets, which passes 2^53.",
    ));
  it('beyond the end of the file', () =>
    expectRefusal(
      placed('[0,4]', 3),
      'TRUNCATED',
      'x.safetensors is truncated: its tensors need 4 bytes of data, and 3 are there.',
    ));
  it('that leave bytes after them', () =>
    expectRefusal(
      placed('[0,4]', 5),
      'TRAILING_BYTES',
      "x.safetensors goes on after the last tensor's data, from byte 4 of 5 on; nothing may follow it.",
    ));
  it('that leave a hole before them', () =>
    expectRefusal(
      placed('[4,8]', 8),
      'HOLE',
      "x.safetensors: tensor 't' begins at byte 4 of the data, but nothing covers the bytes from 0 on.",
    ));
});

describe('two tensors', () => {
  const two = (first: string, second: string, data: number) =>
    rawFile(
      `{"a":{"dtype":"U8","shape":[4],"data_offsets":${first}},"b":{"dtype":"U8","shape":[4],"data_offsets":${second}}}`,
      data,
    );

  it('over the same bytes', () =>
    expectRefusal(
      two('[0,4]', '[0,4]', 4),
      'OVERLAP',
      "x.safetensors: tensor 'b' begins at byte 0 of the data, within another tensor that ends at 4.",
    ));
  it('that overlap by a byte', () =>
    expectRefusal(
      two('[0,4]', '[3,7]', 7),
      'OVERLAP',
      "x.safetensors: tensor 'b' begins at byte 3 of the data, within another tensor that ends at 4.",
    ));
  it('with a hole between them, listed backwards', () =>
    expectRefusal(
      two('[5,9]', '[0,4]', 9),
      'HOLE',
      "x.safetensors: tensor 'a' begins at byte 5 of the data, but nothing covers the bytes from 4 on.",
    ));
});
