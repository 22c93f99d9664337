// SPDX-License-Identifier: Apache-2.0
/** `npm run demo`: the real command on the pictures of this repository, with the model that comes along. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { main } from './dist/esm/main.js';

process.chdir(path.resolve(import.meta.dirname, '../../test/fixtures/images'));
const pictures = readdirSync('emoji').filter((file) => file.endsWith('.png'));
const labels = pictures.map((file) => path.basename(file, '.png')).sort();

console.log('emoji-clip, a CLIP of 1.8 million parameters, on emoji:\n');
await classify('emoji');

console.log(
  '\nIt has never seen a photograph. On one, here of a cat, it guesses, and may well be sure of it:\n',
);
await classify('photos/chelsea.png', '--quiet');

console.log('\nFor photographs, name a CLIP that was trained on them: --model openai/clip-vit-base-patch32');

async function classify(...args) {
  const options = ['--labels', labels.join(), '--top', '3', '--backend', 'wasm']; // which everybody has
  const exitCode = await main(['classify', ...args, ...options]);
  if (exitCode !== 0) process.exit(exitCode);
}
