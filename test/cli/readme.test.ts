// SPDX-License-Identifier: Apache-2.0
/** What the README shows of the command is what it prints, with wasm, in a folder of the emoji pictures. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bin, resultOf, root, start, temporaryFolder } from './command.js';

const readme = readFileSync(path.join(root, 'packages/cli/README.md'), 'utf8');
const examples = [...readme.matchAll(/```console\n\$ (.*)\n([\s\S]*?)```/g)].map(([, line, output]) => [
  line,
  output,
]);
const [, labels] = /```csv\n([\s\S]*?)```/.exec(readme)!;
const folder = temporaryFolder();
beforeAll(() => {
  cpSync(path.join(root, 'test/fixtures/images/emoji'), folder, { recursive: true });
  writeFileSync(path.join(folder, 'labels.csv'), labels);
});

it.each(examples)('%s', async (line, output) => {
  const backend = /^tfjs-clip (?:classify|compare|embed|evaluate)/.test(line) ? '--backend wasm' : '';
  const command = `tfjs-clip() { "${process.execPath}" "${bin}" "$@" ${backend}; }\n${line}`;
  const { stdout, stderr } = await resultOf(
    start('bash', ['-c', command], { cwd: folder, env: { COLUMNS: '72' } }),
  );
  expect(stderr + stdout).toBe(output);
});
