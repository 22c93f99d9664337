// SPDX-License-Identifier: Apache-2.0
/** The backends a command can compute with, and what --help says of them. Apart from backend.ts, so that it need not load tfjs. */
import type { BackendName } from 'tfjs-clip';

/** Fastest first, as tfjs-clip chooses. */
const notes = {
  'tfjs-node-gpu': 'TensorFlow on an NVIDIA card, with CUDA 11.2',
  'tfjs-node': 'TensorFlow on the processor',
  webgpu: "any graphics card, through npm's webgpu",
  wasm: 'the processor, with no native build; comes along',
  cpu: 'plain JavaScript, slow; comes along',
} satisfies Partial<Record<BackendName, string>>;

export const backendNames = Object.keys(notes) as (keyof typeof notes)[];

export const backendHelp = `
Backends, of which the first that is installed and works is taken:
${backendNames.map((name) => `  ${name.padEnd(15)}${notes[name]}`).join('\n')}`;
