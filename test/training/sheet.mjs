// SPDX-License-Identifier: Apache-2.0
/**
 * Writes a contact sheet, and prints what cannot be read: node sheet.mjs PNG PICTURE…. Needs a build; a process of its own,
 * since jimp's fonts do not load in jest's sandbox.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { contactSheet, datasetOf } from '@tfjs-clip/training';
import { CLIPProcessor } from 'tfjs-clip';

const [png, ...files] = process.argv.slice(2);
const processor = await CLIPProcessor.fromPretrained('emoji-clip');
const examples = files.map(async (file) => ({
  key: path.basename(file),
  image: await readFile(file),
  captions: `a picture of ${path.parse(file).name} that goes on for three lines and more`,
}));
const options = {
  processor,
  shuffle: false,
  draws: 2,
  onBroken: ({ key }) => console.log(key),
  augmentation: [{ op: 'randomHorizontalFlip', probability: 1 }],
};
await writeFile(png, await contactSheet(datasetOf(await Promise.all(examples)), options));
