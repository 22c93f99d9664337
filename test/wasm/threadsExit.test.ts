// SPDX-License-Identifier: Apache-2.0
/** A program whose threads wait for work ends when it has no more to do. Needs a build. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const program = `
  import { createRequire } from 'node:module';
  const require = createRequire(${JSON.stringify(__filename)});
  const tf = require('@tensorflow/tfjs');
  const { useThreads } = require('@tfjs-clip/wasm-kernels');
  console.log(await useThreads({ count: 3 }));
  await tf.setBackend('wasm');
  const [x, kernel] = [tf.ones([64, 512]), tf.ones([512, 512])];
  let y;
  for (let i = 0; i < 50; i++) y = tf.engine().runKernel('CLIPLinear', { x, kernel }, { activation: null });
  console.log((await y.data())[64 * 512 - 1]);
`;

it('a program with threads ends by itself', async () => {
  const args = ['--input-type=module', '-e', program];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
  expect(stdout).toBe('3\n512\n');
  expect(stderr).toBe('');
});
