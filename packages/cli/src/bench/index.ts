// SPDX-License-Identifier: Apache-2.0
/** Measuring towers. All but profiler.ts runs in browsers too, where the page in benchmarks/ takes it file by file. */
export { adapterName } from './adapterName.js';
export { type Measurement, measureTower } from './measureTower.js';
export type { Operation } from './operations.js';
export { type Profiler, profilerOf } from './profiler.js';
