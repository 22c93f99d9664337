// SPDX-License-Identifier: Apache-2.0
/** Writes a contact sheet: node sheet.mjs PNG PICTURE…. Needs a build; jimp's fonts load in no sandbox of jest. */
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
  augmentation: [{ op: 'randomHorizontalFlip', probability: 1 }],
};
await writeFile(png, await contactSheet(datasetOf(await Promise.all(examples)), options));
