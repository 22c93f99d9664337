// SPDX-License-Identifier: Apache-2.0
import { SurestMistakes } from './surestMistakes.js';

it('keeps the mistakes in which the wrong class is preferred most, and reads only their pictures', async () => {
  const read: string[] = [];
  const mistakes = new SurestMistakes(2);
  const cases: [string, number, number[]][] = [
    ['a little', 0, [0.1, 0.2, 0]],
    ['right', 0, [0.9, 0, 0]],
    ['much', 0, [0.1, 0, 0.8]],
    ['some', 1, [0.6, 0.2, 0.1]],
  ];
  for (const [key, actual, scores] of cases) {
    const readImage = async () => {
      read.push(key);
      return new TextEncoder().encode(key);
    };
    const guess = scores.indexOf(Math.max(...scores));
    const record = { key, captions: ['a'], readImage };
    mistakes.add({ record, actual, guess, scores: Float32Array.from(scores) });
  }
  const pictures = await mistakes.pictures();
  expect(
    pictures.map(({ picture, ...rest }) => ({ ...rest, picture: new TextDecoder().decode(picture) })),
  ).toEqual([
    { picture: 'much', actual: 0, guess: 2 },
    { picture: 'some', actual: 1, guess: 0 },
  ]);
  expect(read).toEqual(['much', 'some']);
});
