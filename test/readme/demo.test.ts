// SPDX-License-Identifier: Apache-2.0
/** What the README shows of `npm run demo` is what it prints. Needs a build. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.resolve(__dirname, '../..');

it('the demo prints what the README shows, between its ellipses', async () => {
  const readme = await readFile(path.join(root, 'README.md'), 'utf8');
  const shown = /```console\n\$ npm install && npm run demo\n([\s\S]*?)```/.exec(readme)![1];
  const demo = path.join(root, 'packages/cli/demo.mjs');
  const env = { ...process.env, COLUMNS: '76', NO_COLOR: '1' };
  const { stdout } = await promisify(execFile)(process.execPath, [demo], { env });
  let from = 0;
  for (const part of shown.split('…\n')) {
    const at = stdout.indexOf(part, from);
    if (at < 0) expect(stdout.slice(from)).toBe(part);
    from = at + part.length;
  }
});
