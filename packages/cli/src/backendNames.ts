// SPDX-License-Identifier: Apache-2.0
/** The backends a command can compute with, fastest first. Apart from backend.ts, so that --help need not load tfjs. */
export const backendNames = ['tfjs-node-gpu', 'tfjs-node', 'wasm', 'cpu'] as const;
export type BackendName = (typeof backendNames)[number];
