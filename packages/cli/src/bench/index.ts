// SPDX-License-Identifier: Apache-2.0
/** Measuring towers: what `tfjs-clip bench` and the page in benchmarks/ have in common. Runs in browsers too. */
export { adapterName } from './adapterName.js';
export { type Measurement, measureTower } from './measureTower.js';
export { type Operation, operationsOf, profileKernels } from './operations.js';
export { type Profiler, profilerOf } from './profiler.js';
export { type TowerName, towerCall } from './towerCall.js';
