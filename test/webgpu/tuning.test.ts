/** @jest-environment ./test/webgpu/dawnEnvironment.cjs */
// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { DeviceLostError, recovering, tuneKernels, useDevice } from '@tfjs-clip/webgpu-kernels';
import { BackendError } from 'tfjs-clip';
import { CLIPKernel } from 'tfjs-clip/ops';
import { linear } from '../../packages/clip/src/ops/linear.js';
import { similarity } from '../../packages/clip/src/ops/similarity.js';
import { leavesNoTensors } from '../harness/leaks.js';
import { thrown } from '../harness/thrown.js';
import { matchesComposed, random } from '../kernels/parity.js';
import { describeWebGPU, webgpu } from './describeWebGPU.js';

const inputs = [random([3, 8]), random([8, 12]), random([], 3)];
const op = ([x, kernel, scale]: tf.Tensor[]) =>
  similarity(linear(x, kernel) as tf.Tensor2D, tf.ones([8, 12]), scale);

let cache: string;

beforeAll(async () => {
  cache = await mkdtemp(path.join(tmpdir(), 'tuning-'));
  process.env.XDG_CACHE_HOME = cache;
});

afterAll(async () => {
  delete process.env.XDG_CACHE_HOME;
  await rm(cache, { recursive: true });
});

describeWebGPU('tuning', () => {
  const tune = async (progressCallback?: (event: object) => void) => {
    const given = inputs.map(({ values, shape }) => tf.tensor(values, shape));
    const count = await tuneKernels(() => tf.tidy(() => op(given)), { progressCallback });
    tf.dispose(given);
    return count;
  };

  it('measures each product once, keeps what it found, and changes no result', async () => {
    const events: object[] = [];
    await leavesNoTensors(async () => expect(await tune((event) => events.push(event))).toBe(2));
    expect(events).toEqual([
      { status: 'progress', name: 'tiles', loaded: 1, total: 2 },
      { status: 'progress', name: 'tiles', loaded: 2, total: 2 },
    ]);
    const file = await readFile(path.join(cache, 'tfjs-clip', 'webgpu-tiles.json'), 'utf8');
    const [choices] = Object.values(JSON.parse(file)) as object[];
    expect(Object.keys(choices)).toEqual(['4x12x8', '4x8x12']);
    await matchesComposed(inputs, op, [CLIPKernel.Linear, CLIPKernel.Similarity]);
    expect(await tune()).toBe(0);
  });

  it('is done for another device of this kind too', async () => {
    const adapter = (await (navigator as Navigator & { gpu: GPU }).gpu.requestAdapter())!;
    await useDevice(await adapter.requestDevice({ requiredFeatures: ['timestamp-query'] }), adapter.info);
    const events: object[] = [];
    expect(await tune((event) => events.push(event))).toBe(0);
    expect(events).toEqual([]);
  });

  it('keeps nothing of a device that is lost meanwhile', async () => {
    const [x, kernel] = [tf.ones([5, 8]), tf.ones([8, 12])];
    const call = () => linear(x, kernel);
    const loseDevice = () => {
      const y = call();
      webgpu().device.destroy();
      return y;
    };
    expect(await thrown(() => leavesNoTensors(() => tuneKernels(loseDevice)))).toStrictEqual(
      new DeviceLostError(
        'The WebGPU device was lost while tiles were tried on it. Make a call within recovering, which asks for ' +
          'another device, and tune that one.',
      ),
    );
    tf.dispose(await recovering(call));
    expect(await tuneKernels(call)).toBe(1);
    tf.dispose([x, kernel]);
  });

  it('is refused on another backend', async () => {
    await tf.setBackend('cpu');
    expect(await thrown(() => tuneKernels(() => []))).toStrictEqual(
      new BackendError('Kernels are tuned for the webgpu backend, but cpu is in use: set it first.'),
    );
    await tf.setBackend('webgpu');
  });
});
