// SPDX-License-Identifier: Apache-2.0
import { integer, type PicklePart, pickle, text, uint32 } from '../../testing/pickles.js';
import { UnsafeCheckpointError } from '../errors.js';
import { PickleGlobal, type PickleHost, PickleObject, unpickle } from './pickle.js';

const HOST: PickleHost = {
  file: 'file.bin',
  global(module, name) {
    if (module === 'module' && name === 'Class')
      return new PickleGlobal(name, undefined, () => new PickleObject());
    return module === 'module' && name === 'sum' ? new PickleGlobal(name, (args) => args.length) : null;
  },
  persistent: (id) => ({ id }),
};

it.each<[string, PicklePart[], unknown]>([
  ['None and booleans', ['(', 'N', 0x88, 0x89, 't.'], [null, true, false]],
  ['BININT', [integer(0xfffffffe), '.'], -2],
  ['BININT1 and BININT2', ['K', 200, 'M', 0x01, 0x02, 0x86, '.'], [200, 513]],
  ['LONG1', [0x8a, 2, 0xff, 0xff, 0x8a, 0, 0x8a, 5, 0, 0, 0, 0, 1, 0x87, '.'], [-1, 0, 2 ** 32]],
  ['BINFLOAT', ['G', 0x3f, 0xf8, 0, 0, 0, 0, 0, 0, '.'], 1.5],
  ['text of both kinds', [text('ab'), 0x8c, 2, 'cd', 0x86, '.'], ['ab', 'cd']],
  ['lists', [']', 'K', 1, 'a', '(', 'K', 2, 'K', 3, 'e.'], [1, 2, 3]],
  [
    'dicts',
    ['}', text('a'), 'K', 1, 's', '(', 'K', 2, 'N', 'u.'],
    new Map<unknown, unknown>([
      ['a', 1],
      [2, null],
    ]),
  ],
  [
    'the memo',
    [text('a'), 'q', 7, 0x94, 'r', uint32(70000), 'h', 7, 'j', uint32(70000), 0x87, '.'],
    ['a', 'a', 'a'],
  ],
  ['calls of what the host allows', ['cmodule\nsum\n', '(', 'N', 'N', 'N', 't', 'R.'], 3],
  ['names from the stack', [text('module'), text('sum'), 0x93, ')', 'R.'], 0],
  ['persistent ids', [text('x'), 'Q.'], { id: 'x' }],
])('reads %s', (_what, parts, expected) => {
  expect(unpickle(pickle(...parts), HOST)).toEqual(expected);
});

it('sets attributes of objects, and leaves those of dicts', () => {
  const parts = ['cmodule\nClass\n', ')', 0x81, '}', text('a'), 'K', 1, 's', 'b.'];
  const object = unpickle(pickle(...parts), HOST) as PickleObject;
  expect(object.attributes).toEqual(new Map([['a', 1]]));
  expect(unpickle(pickle('}', '}', text('_metadata'), 'N', 's', 'b.'), HOST)).toEqual(new Map());
});

it.each<[string, PicklePart[], string]>([
  [
    'os.system',
    ['cposix\nsystem\n', text('touch /tmp/x'), 0x85, 'R.'],
    'asks Python for posix.system, which no saved weights need',
  ],
  [
    'eval by a name from the stack',
    [text('builtins'), text('eval'), 0x93, text('1'), 0x85, 'R.'],
    'asks Python for builtins.eval, which no saved weights need',
  ],
  [
    'a way round by dots',
    [text('module'), text('sum.__globals__'), 0x93, '.'],
    'asks Python for module.sum.__globals__, which no saved weights need',
  ],
  [
    'names of JavaScript',
    ['c__proto__\nconstructor\n', '.'],
    'asks Python for __proto__.constructor, which no saved weights need',
  ],
  ['a call of a value', ['N', ')', 'R.'], 'calls what cannot be called'],
  ['a call of a class', ['cmodule\nClass\n', ')', 'R.'], 'calls what cannot be called'],
  ['a call without a tuple', ['cmodule\nsum\n', 'N', 'R.'], 'calls what cannot be called'],
  ['an object of a function', ['cmodule\nsum\n', ')', 0x81, '.'], 'makes an object of what is no class'],
  [
    'an object with arguments',
    ['cmodule\nClass\n', 'N', 0x85, 0x81, '.'],
    'makes an object of what is no class',
  ],
  ['attributes of a list', [']', '}', 'b.'], 'sets attributes of what has none'],
  ['a tuple that is appended to', [')', 'N', 'a.'], 'appends to what is no list'],
  ['items of a list', [']', 'N', 'N', 's.'], 'sets an item of what is no dict'],
  ['a key without its value', ['}', '(', 'N', 'u.'], 'sets an item of what is no dict'],
  ['a list for a key', ['}', ']', 'N', 's.'], 'has a dict whose keys are neither text nor numbers'],
  ['INST', ['(', 'iposix\nsystem\n', '.'], 'has the instruction 0x69, which no saved weights need'],
  ['OBJ', ['(', 'N', 'o.'], 'has the instruction 0x6f, which no saved weights need'],
  ['NEWOBJ_EX', ['N', ')', '}', 0x92, '.'], 'has the instruction 0x92, which no saved weights need'],
  ['an extension code', [0x82, 1, '.'], 'has the instruction 0x82, which no saved weights need'],
  ['an out-of-band buffer', [0x97, '.'], 'has the instruction 0x97, which no saved weights need'],
  ['text beyond the end', ['X', 0xff, 0xff, 0xff, 0xff, 'a.'], 'ends too early'],
  ['an integer of 255 bytes', [0x8a, 255, '.'], 'has an integer of 255 bytes'],
  ['a name without an end', ['cposix'], 'ends within a name'],
  ['no end', ['N'], 'ends too early'],
  ['nothing', ['.'], 'takes more from its stack than is there'],
  ['a mark for a value', ['(.'], 'takes more from its stack than is there'],
  ['two results', ['NN.'], 'leaves more than one object'],
  ['an empty memo', ['h', 3, '.'], 'recalls object 3, which it never stored'],
  ['no mark', ['N', 't.'], 'takes more from its stack than is there'],
])('refuses %s', (_what, parts, message) => {
  const error = new UnsafeCheckpointError('file.bin', `its pickle ${message}`);
  expect(() => unpickle(pickle(...parts), HOST)).toThrow(error);
  expect(error.message).toBe(`file.bin is refused: its pickle ${message}.`);
});

it('every instruction alone on an empty stack ends in a value or a refusal', () => {
  for (let code = 0; code < 256; code++) {
    for (const operands of [[], [0, 0, 0, 0, 0, 0, 0, 0], [0x61, 0x0a, 0x61, 0x0a]]) {
      try {
        unpickle(pickle(code, ...operands, '.'), HOST);
      } catch (error) {
        expect(error).toBeInstanceOf(UnsafeCheckpointError);
      }
    }
  }
});

it('containers in containers do not exhaust the stack', () => {
  const depth = 400_000;
  let value = unpickle(pickle('N', new Uint8Array(depth).fill(0x85), '.'), HOST);
  for (let i = 0; i < depth; i++) value = (value as unknown[])[0];
  expect(value).toBeNull();
});

it('the number of instructions is limited', () => {
  expect(() => unpickle(pickle(new Uint8Array(2_000_000).fill(0x7d)), HOST)).toThrow(
    'file.bin is refused: its pickle has more than 1000000 instructions.',
  );
});
