// SPDX-License-Identifier: Apache-2.0
/** `npm run demo`: the real command on the pictures of this repository, with the model that comes along. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { main } from './dist/esm/main.js';

process.chdir(path.resolve(import.meta.dirname, '../../test/fixtures/images'));
const labels = ['pizza', 'dog', 'rocket'];

console.log('emoji-clip, a CLIP of 1.8 million parameters, on emoji:\n');
await run(...pictures('emoji'), '--labels', labels.join(), '--top', '3');

console.log('\nIt has never seen a photograph. On one it guesses, and may well be sure of it:\n');
await run('photos/chelsea.png', '--labels', labels.join(), '--top', '3', '--quiet');

console.log('\nFor photographs, name a CLIP that was trained on them: --model openai/clip-vit-base-patch32');

function pictures(folder) {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.png'))
    .sort()
    .map((file) => path.join(folder, file));
}

async function run(...args) {
  const exitCode = await main(['classify', ...args]);
  if (exitCode !== 0) process.exit(exitCode);
}
