// SPDX-License-Identifier: Apache-2.0
/**
 * The first call's share of `webgpu.mjs`, in a process of its own, as shaders are compiled once: prints one line of JSON
 * with milliseconds. Arguments: width, layers, batch, `kernels` or `tfjs`, and `ahead` to compile first.
 */
import './dawn.mjs';
import { compileShaders } from '@tfjs-clip/webgpu-kernels';
import { useKernels } from './webgpuSwitch.mjs';
import { openTower } from './webgpuTower.mjs';

const [width, layers, batch] = process.argv.slice(2, 5).map(Number);
const [kernels, ahead] = process.argv.slice(5);
const { forward, read } = await openTower({ width, layers, batch });
useKernels(kernels === 'kernels');
const compiling = ahead ? await time(() => compileShaders(forward)) : 0;
console.log(JSON.stringify({ compiling, first: await time(read) }));
process.exit(); // Dawn would keep the process alive.

async function time(action) {
  const started = performance.now();
  await action();
  return performance.now() - started;
}
