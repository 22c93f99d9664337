// SPDX-License-Identifier: Apache-2.0
/** What a command computes with. Needs a build. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Result, root, tfjsClip } from './command.js';

const pictures = path.join(root, 'test/fixtures/browser');
const python = JSON.parse(readFileSync(path.join(pictures, 'scores.json'), 'utf8'));
const swiftShader = '/usr/lib/chromium/vk_swiftshader_icd.json';
const env = { VK_ICD_FILENAMES: swiftShader };

const classify = (...more: string[]): Promise<Result> =>
  tfjsClip(['classify', 'sun.png', '--json', '-l', python.labels.join(), ...more], { cwd: pictures, env });

describe('--backend', () => {
  it('left out, is the fastest that is installed; a software adapter is not', async () => {
    const { exitCode, stdout, stderr } = await classify();
    const expected = existsSync(path.join(root, 'node_modules/@tensorflow/tfjs-node')) ? 'tfjs-node' : 'wasm';
    expect([exitCode, JSON.parse(stdout).backend]).toEqual([0, expected]);
    expect(stderr.trim().split('\n').at(-1)).toBe(`backend: ${expected}`);
    expectRightScore(stdout);
  });

  const canRun = existsSync(swiftShader) || Boolean(process.env.CI);
  if (!canRun)
    console.warn('Skipped: --backend webgpu. Install chromium, for its SwiftShader, and libvulkan1.');
  (canRun ? it : it.skip)('webgpu computes there, and the command ends by itself', async () => {
    const { exitCode, stdout, stderr } = await classify('--backend', 'webgpu');
    expect([exitCode, JSON.parse(stdout).backend]).toEqual([0, 'webgpu']);
    expect(stderr).toContain('backend: webgpu\n');
    expectRightScore(stdout);
  });

  it('that is not there says how to get it', async () => {
    const { exitCode, stderr } = await classify('-b', 'tfjs-node-gpu');
    expect([exitCode, stderr]).toEqual([
      1,
      'tfjs-clip: Backend tfjs-node-gpu is not there: install it (npm install @tensorflow/tfjs-node-gpu@4.22.0), or ' +
        'name no backend to use the fastest one there is.\n',
    ]);
  });
});

function expectRightScore(stdout: string): void {
  expect(JSON.parse(stdout).pictures[0].labels[0].score).toBeCloseTo(python.scores['sun.png'][0], 4);
}
