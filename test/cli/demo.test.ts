// SPDX-License-Identifier: Apache-2.0
/** What `npm run demo` runs after the build. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { resultOf, root, start } from './command.js';

it('the demo classifies the pictures of the repository', async () => {
  const { exitCode, stdout } = await resultOf(start(process.execPath, ['packages/cli/demo.mjs']));
  expect(exitCode).toBe(0);
  const pictures = readdirSync(path.join(root, 'test/fixtures/images/emoji')).filter((file) =>
    file.endsWith('.png'),
  );
  expect(pictures.length).toBeGreaterThanOrEqual(6);
  for (const picture of pictures) {
    const [, likeliest] = new RegExp(`\nemoji/${picture}\n  (\\S+) +█`).exec(stdout) ?? [];
    expect(`${likeliest}.png`).toBe(picture);
  }
  expect(stdout).toMatch(/\nphotos\/chelsea\.png\n(?: {2}\S+ +[█▏▎▍▌▋▊▉]+ +[\d.]+%\n){3}/);
});
