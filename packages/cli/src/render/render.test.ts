// SPDX-License-Identifier: Apache-2.0
import pc from 'picocolors';
import { bar } from './bar.js';
import { float32Digits, jsonDocument, jsonLine } from './json.js';
import { npyBytes } from './npy.js';
import { Progress } from './progress.js';
import { scoreTable } from './table.js';
import { displayWidth, fit, padEnd, printable } from './text.js';

describe('bar', () => {
  it('is exact to an eighth of a column', () => {
    expect(bar(0.5, 8)).toBe('████');
    expect(bar(0.5, 3)).toBe('█▌');
    expect(bar(1, 5)).toBe('█████');
  });

  it('shows a sliver of anything above zero, and nothing of zero', () => {
    expect(bar(0.0001, 10)).toBe('▏');
    expect(bar(0, 10)).toBe('');
  });
});

describe('text', () => {
  it.each([
    ['pizza', 5],
    ['żółw', 4],
    ['e\u0301', 1],
    ['猫と犬', 6],
    ['🍕', 2],
    ['👩‍👩‍👧', 2],
    ['🇳🇴', 2],
    ['❤️', 2],
    ['', 0],
  ])('%s is as wide as a terminal draws it', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  it('is cut to a width, wide characters whole', () => {
    expect(fit('a dog on the moon', 8)).toBe('a dog o…');
    expect(fit('猫と犬と鳥', 6)).toBe('猫と…');
    expect(fit('a dog', 5)).toBe('a dog');
  });

  it('is padded by columns, not by characters', () => {
    expect(padEnd('猫', 4)).toBe('猫  ');
  });

  it('loses its escape sequences', () => {
    expect(printable('a\u001b[31mred\u009b.png')).toBe('a\ufffd[31mred\ufffd.png');
  });
});

describe('scoreTable', () => {
  const scores = [
    { label: 'a pizza', score: 0.75 },
    { label: 'a very long label that nobody can read in so narrow a place', score: 0.25 },
  ];

  it('fills the columns exactly', () => {
    const table = scoreTable('pizza.png', scores, { columns: 40, colors: pc.createColors(false) });
    expect(table).toBe(
      [
        'pizza.png',
        '  a pizza           █████████▊     75.0%',
        '  a very long lab…  ███▎           25.0%',
        '',
      ].join('\n'),
    );
    for (const row of table.split('\n').slice(1, 3)) expect(displayWidth(row)).toBe(40);
  });

  it('colours the likeliest label and dims the rest', () => {
    const table = scoreTable('pizza.png', scores, { columns: 40, colors: pc.createColors(true) });
    const [, first, second] = table.split('\n');
    expect(first).toContain('\u001b[32m');
    expect(second).toContain('\u001b[2m');
  });
});

describe('json', () => {
  it('is one document with an item a line', () => {
    const document = jsonDocument({ model: 'm', backend: 'cpu' }, 'pictures', [{ a: 1 }, { b: [1, 2] }]);
    expect(document).toBe(
      '{\n  "model": "m",\n  "backend": "cpu",\n  "pictures": [\n    {"a":1},\n    {"b":[1,2]}\n  ]\n}\n',
    );
    expect(JSON.parse(document)).toEqual({ model: 'm', backend: 'cpu', pictures: [{ a: 1 }, { b: [1, 2] }] });
  });

  it('is a document without items too', () => {
    expect(JSON.parse(jsonDocument({ model: 'm' }, 'pictures', []))).toEqual({ model: 'm', pictures: [] });
  });

  it('or a line', () => {
    expect(jsonLine({ text: 'two\nlines' })).toBe('{"text":"two\\nlines"}\n');
  });

  it('gives back the same float32 from nine digits', () => {
    const values = Float32Array.from({ length: 2000 }, (_, i) => Math.sin(i) * 10 ** ((i % 20) - 10));
    for (const value of values) expect(Math.fround(float32Digits(value))).toBe(value);
    expect(String(float32Digits(Math.fround(0.1)))).toBe('0.100000001');
  });
});

describe('npyBytes', () => {
  it('is what numpy.save writes', () => {
    const bytes = npyBytes([Float32Array.of(1, 2), Float32Array.of(3, -4), Float32Array.of(5, 6)]);
    const dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }";
    const header = `\u0093NUMPY\u0001\u0000\u0076\u0000${dict.padEnd(117)}\n`;
    expect(Buffer.from(bytes.subarray(0, 128)).toString('latin1')).toBe(header);
    expect([...new Float32Array(Uint8Array.from(bytes.subarray(128)).buffer)]).toEqual([1, 2, 3, -4, 5, 6]);
  });
});

describe('Progress', () => {
  const drawn: string[] = [];
  const line = { columns: 80, draw: (text: string) => void drawn.push(text) };

  beforeEach(() => {
    drawn.length = 0;
    jest.useFakeTimers({ now: 0 });
  });
  afterEach(() => void jest.useRealTimers());

  it('says nothing for two seconds, then what goes on, how far it is and how long it takes', () => {
    const progress = new Progress(line, 'classifying', ' pictures');
    jest.advanceTimersByTime(1900);
    progress.update(1, 12);
    expect(drawn).toEqual([]);
    jest.advanceTimersByTime(1100);
    progress.update(3, 12);
    expect(drawn).toEqual([
      'classifying …',
      'classifying ▕██████                  ▏ 3 of 12 pictures, 9 s left',
    ]);
    progress.end();
    expect(drawn.at(-1)).toBe('');
  });

  it('that ends soon draws nothing', () => {
    const progress = new Progress(line, 'classifying', ' pictures');
    progress.end();
    jest.advanceTimersByTime(3000);
    expect(drawn).toEqual(['']);
  });

  it.each([
    [100, 'loading openai/clip-vit-base-patch32 ▕███████████▉            ▏ 300.3 of 605.1 MB, 4 s left'],
    [80, 'loading openai/clip-vit-base-patch32 ▕██████      ▏ 300.3 of 605.1 MB, 4 s left'],
    [70, 'loading openai/clip-vit-base-patch32 300.3 of 605.1 MB, 4 s left'],
    [40, 'loading op… 300.3 of 605.1 MB, 4 s left'],
    [20, '… 300.3 of 605.1 M…'],
  ])('on a line of %i columns the numbers stay, as far as they can', (columns, text) => {
    const progress = new Progress({ ...line, columns }, 'loading openai/clip-vit-base-patch32', ' MB');
    jest.advanceTimersByTime(3000);
    progress.update(300.25, 605.1);
    expect(drawn.slice(1)).toEqual([text]);
    expect(displayWidth(text)).toBeLessThan(columns);
  });
});
