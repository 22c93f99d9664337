// SPDX-License-Identifier: Apache-2.0
import { chooseSummation } from './workgroup.js';

const deviceOf = (features: string[], adapterInfo?: Partial<GPUAdapterInfo>) =>
  ({ features: new Set(features), adapterInfo }) as unknown as GPUDevice;

const subgroupsOf = (subgroupMinSize: number, subgroupMaxSize: number, isFallbackAdapter = false) =>
  deviceOf(['subgroups'], { subgroupMinSize, subgroupMaxSize, isFallbackAdapter });

it.each([
  ['a card with subgroups of 32', subgroupsOf(32, 32), 32, 256],
  ['a card with subgroups of 32 to 64', subgroupsOf(32, 64), 64, 256],
  ['a processor with subgroups of 4', subgroupsOf(4, 4, true), 4, 4],
  [
    'a device that was not asked for subgroups',
    deviceOf([], { subgroupMinSize: 32, subgroupMaxSize: 32 }),
    64,
    256,
  ],
  ['a device that does not know its adapter', deviceOf(['subgroups']), 64, 256],
])('%s', (_name, device, ofMost64, ofMost256) => {
  expect(chooseSummation(device, 64).threads).toBe(ofMost64);
  expect(chooseSummation(device, 256).threads).toBe(ofMost256);
  for (const most of [64, 256]) {
    const { threads, wgsl } = chooseSummation(device, most);
    expect(wgsl.includes('subgroupAdd')).toBe(threads < most);
  }
});
