// SPDX-License-Identifier: Apache-2.0
/** A handful of pictures is enough, and a page: a LoRA and a linear probe of them, trained in Chromium. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { files as emojiClip } from '@tfjs-clip/emoji-clip';
import { describeInChromium } from '../browser/chromium.js';
import { type OpenPage, openPage } from '../webgpu/openPage.js';
import type { LearnNames, Probe } from './loraPage.js';

const NAMES = {
  apple: 'a dax',
  bicycle: 'a wug',
  cat: 'a blick',
  dog: 'a toma',
  guitar: 'a fep',
  pizza: 'a zorp',
};
const KINDS = ['food', 'thing', 'animal', 'animal', 'thing', 'food'];
const STEPS = 8;

declare const learnNames: LearnNames;
declare const probe: Probe;

describeInChromium('in a page', () => {
  let opened: OpenPage;

  beforeAll(async () => {
    const root = path.resolve(__dirname, '../..');
    opened = await openPage(
      '../training/loraPage.ts',
      {
        '/a-model/': path.dirname(fileURLToPath(emojiClip['config.json'])),
        '/pictures/': path.join(root, 'test/fixtures/images/emoji'),
        '/wasm/': path.join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist'),
      },
      [],
    );
    await opened.page.waitForFunction('globalThis.learnNames');
  });
  afterAll(() => opened.close());

  it('a LoRA learns invented names of six pictures', async () => {
    const { losses, named, learnt, leaked } = await opened.page.evaluate(
      ([folder, pictures, steps]) => learnNames('wasm', folder, pictures, steps),
      [`${opened.address}/a-model`, pictures(opened.address), STEPS] as const,
    );
    expect(losses).toHaveLength(STEPS);
    expect(losses.at(-1)!).toBeLessThan(0.1 * losses[0]);
    expect(named).not.toEqual(Object.values(NAMES));
    expect(learnt).toEqual(Object.values(NAMES));
    expect(leaked).toBe(0);
  });

  it.each(['wasm', 'webgl'])('a linear probe tells three kinds of them apart on %s', async (backend) => {
    const { losses, answers, leaked } = await opened.page.evaluate(
      ([backend, folder, pictures, labels]) => probe(backend, folder, pictures, labels),
      [backend, `${opened.address}/a-model`, pictures(opened.address), KINDS] as const,
    );
    expect(losses.at(-1)!).toBeLessThan(Math.log(3) / 2);
    expect(answers).toEqual(KINDS);
    expect(leaked).toBe(0);
  });

  it('nothing went wrong on the way', () => {
    const absent = /404|\b(?:processor_config|special_tokens_map)\.json$/; // A model need not have these.
    expect(opened.troubles.filter((trouble) => !absent.test(trouble))).toEqual([]);
  });
});

function pictures(address: string): Record<string, string> {
  const entries = Object.entries(NAMES).map(([file, name]) => [name, `${address}/pictures/${file}.png`]);
  return Object.fromEntries(entries);
}
