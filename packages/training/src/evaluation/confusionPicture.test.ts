// SPDX-License-Identifier: Apache-2.0
import { ClassificationTally } from './classificationTally.js';
import { confusionOrder } from './confusionOrder.js';
import { confusionPicture } from './confusionPicture.js';

/** @param taken [class, what it was taken for, how often] */
function tallyOf(names: readonly string[], taken: readonly (readonly [string, string, number])[]) {
  const tally = new ClassificationTally(names);
  for (const [actual, guess, count] of taken) {
    const scores = names.map((name) => (name === guess ? 1 : 0));
    for (let i = 0; i < count; i++) tally.add(scores, names.indexOf(actual));
  }
  return tally;
}

const animals = tallyOf(
  ['ape', 'bee', 'cat', 'dog', 'elk', 'fox'],
  [
    ['ape', 'ape', 4],
    ['bee', 'bee', 3],
    ['bee', 'fox', 1],
    ['cat', 'cat', 1],
    ['cat', 'dog', 3],
    ['dog', 'dog', 2],
    ['dog', 'cat', 1],
    ['fox', 'fox', 4],
  ],
);

it('classes stand beside those that they are mistaken for, and what was never met is left out', () => {
  const names = confusionOrder(animals).map((index) => animals.classNames[index]);
  expect(names).toEqual(['cat', 'dog', 'bee', 'fox', 'ape']);
});

it('a cell tells its numbers, blue if right, as strong as the square root of its share', () => {
  const svg = confusionPicture(animals);
  expect(svg).toContain('aria-label="73.7% of 19 pictures right, 6 classes"');
  const cells = [...svg.matchAll(/<title>([^<]*)<\/title><rect class="(.)".*?fill-opacity="([\d.]+)"/g)];
  expect(cells.map(([, title, kind, opacity]) => [title, kind, Number(opacity)])).toEqual([
    ['cat: 1 of 4 taken for what they are', 'r', 0.5],
    ['cat: 3 of 4 taken for dog', 'w', 0.87],
    ['dog: 1 of 3 taken for cat', 'w', 0.58],
    ['dog: 2 of 3 taken for what they are', 'r', 0.82],
    ['bee: 3 of 4 taken for what they are', 'r', 0.87],
    ['bee: 1 of 4 taken for fox', 'w', 0.5],
    ['fox: 4 of 4 taken for what they are', 'r', 1],
    ['ape: 4 of 4 taken for what they are', 'r', 1],
  ]);
});

it('names are text, whatever they hold, and cut where long', () => {
  const long = 'a very long name of a class that would not fit';
  const svg = confusionPicture(tallyOf(['<script>', long], [['<script>', long, 1]]));
  expect(svg).toContain(
    '<title>&lt;script&gt;: 1 of 1 taken for a very long name of a class that would not fit</title>',
  );
  expect(svg).toContain('>a very long name of a class…</text>');
  expect(svg).not.toContain('<script>');
});

it('of more than 100 classes 100 are shown, the most mistaken first', () => {
  const names = Array.from({ length: 120 }, (_, i) => `class ${i}`);
  const tally = tallyOf(names, [
    ...names.map((name) => [name, name, 1] as const),
    ['class 110', 'class 7', 2] as const,
  ]);
  const svg = confusionPicture(tally);
  expect(svg.match(/text-anchor="end"[^>]*>class \d+</g)).toHaveLength(100);
  expect(svg).toContain(
    '98.4% of 122 pictures right, 120 classes; 100 of them, from the most mistaken on. Rows:',
  );
  expect(svg.match(/text-anchor="end"[^>]*>(class \d+)</)![1]).toBe('class 110');
});
