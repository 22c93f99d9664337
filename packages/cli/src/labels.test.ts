// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UsageError } from './errors.js';
import { readLabels } from './labels.js';

describe('readLabels', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'labels-'));
  const file = path.join(folder, 'labels.txt');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('joins --labels, --label and --labels-file, in this order', async () => {
    writeFileSync(file, 'a cow\n');
    const labels = await readLabels({
      labels: 'a cat, a dog',
      label: ['red, white and blue'],
      labelsFile: file,
    });
    expect(labels).toEqual(['a cat', 'a dog', 'red, white and blue', 'a cow']);
  });

  it('reads files from every system, with a byte order mark and blank lines', async () => {
    writeFileSync(file, '\ufeffcat\r\n\r\n  żółw \r\nred, white\n\n');
    expect(await readLabels({ labelsFile: file })).toEqual(['cat', 'żółw', 'red, white']);
  });

  it.each([
    [{}, 'No labels. Say what the picture may show: --labels cat,dog,rocket'],
    [{ labels: 'cat,,dog' }, 'A label is empty. Write labels without stray commas: --labels cat,dog,rocket'],
    [{ labels: '' }, 'A label is empty. Write labels without stray commas: --labels cat,dog,rocket'],
    [{ label: [' '] }, 'A label is empty. Write labels without stray commas: --labels cat,dog,rocket'],
    [
      { labels: 'cat', label: ['cat'] },
      "The label 'cat' is given twice. Probabilities need distinct labels.",
    ],
  ])('refuses %j', async (flags, message) => {
    await expect(readLabels(flags)).rejects.toEqual(new UsageError(message));
  });

  it('refuses a file without labels, and one that is not there', async () => {
    writeFileSync(file, '\n \n');
    await expect(readLabels({ labelsFile: file })).rejects.toThrow(
      `The labels file ${file} has no labels. Write one a line.`,
    );
    await expect(readLabels({ labelsFile: `${file}.not` })).rejects.toThrow(
      `Cannot read the labels file ${file}.not: no such file or directory.`,
    );
  });
});
