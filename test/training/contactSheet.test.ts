// SPDX-License-Identifier: Apache-2.0
/** The contact sheet as Node and Chromium write it: the pictures to the level, and text in its places. Needs a build. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { files as emojiClip } from '@tfjs-clip/emoji-clip';
import { describeInChromium } from '../browser/chromium.js';
import { temporaryFolder } from '../cli/command.js';
import { type OpenPage, openPage } from '../webgpu/openPage.js';
import { asEvaluated, mirrored, readSheet } from './sheetCells.js';
import type { MakeSheet } from './sheetPage.js';

const root = path.resolve(__dirname, '../..');
const folder = path.join(root, 'test/fixtures/images/emoji');
const NAMES = ['apple', 'dog', 'pizza'];
const LINE_HEIGHT = 17;

declare const makeSheet: MakeSheet;

/** With a flip for all augmentation. */
async function expectSheet(png: Uint8Array): Promise<void> {
  const { size, ink, cells } = await readSheet(png, NAMES.length, 3, LINE_HEIGHT);
  expect(size).toEqual([8 + 3 * (144 + 8), 33 + NAMES.length * (144 + 3 * 17 + 16)]);
  expect(ink).toBeGreaterThan(100);
  for (const [row, name] of NAMES.entries()) {
    const expected = await asEvaluated(path.join(folder, `${name}.png`));
    const [evaluated, ...epochs] = cells[row];
    expect(evaluated.levels).toEqual(expected);
    for (const { levels, ink } of epochs) {
      expect(levels).toEqual(mirrored(expected));
      expect(ink).toBeGreaterThan(evaluated.ink); // The caption is longer than the key.
    }
    expect(evaluated.ink).toBeGreaterThan(20);
  }
}

describe('in Node', () => {
  const png = path.join(temporaryFolder(), 'sheet.png');

  it('shows pictures as evaluated and as trained on, with captions', async () => {
    const script = path.join(__dirname, 'sheet.mjs');
    const pictures = NAMES.map((name) => path.join(folder, `${name}.png`));
    const noPicture = path.join(folder, 'README.md');
    const { stdout } = await promisify(execFile)(process.execPath, [script, png, noPicture, ...pictures]);
    expect(stdout).toBe('README.md\n');
    await expectSheet(await readFile(png));
  });
});

describeInChromium('in Chromium', () => {
  let opened: OpenPage;

  beforeAll(async () => {
    const model = path.dirname(fileURLToPath(emojiClip['config.json']));
    opened = await openPage('../training/sheetPage.ts', { '/a-model/': model, '/pictures/': folder }, []);
    await opened.page.waitForFunction('globalThis.makeSheet');
  });
  afterAll(() => opened.close());

  it('shows the same', async () => {
    const addresses = NAMES.map((name) => `${opened.address}/pictures/${name}.png`);
    const { png, leaked } = await opened.page.evaluate(([model, pictures]) => makeSheet(model, pictures), [
      `${opened.address}/a-model`,
      addresses,
    ] as const);
    expect(leaked).toBe(0);
    await expectSheet(Uint8Array.from(png));
  });
});
