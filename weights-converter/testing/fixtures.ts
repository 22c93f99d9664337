// SPDX-License-Identifier: Apache-2.0
/** test/fixtures/checkpoints: one tiny CLIP in every dialect. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type MemoryFiles, memoryFiles } from './clipCheckpoint.js';

const ROOT = path.resolve(__dirname, '../../test/fixtures/checkpoints');

export interface Dialect {
  folder: string;
  format: string;
  scheme: string;
  /** Where it has none of the usual names. */
  file?: string;
}

/** hugging-face is the reference. */
export const DIALECTS: Dialect[] = [
  { folder: 'hugging-face', format: 'safetensors', scheme: 'hugging-face' },
  { folder: 'torch', format: 'pytorch', scheme: 'hugging-face' },
  { folder: 'torch-sharded', format: 'pytorch', scheme: 'hugging-face' },
  { folder: 'open-clip', format: 'pytorch', scheme: 'openclip' },
  { folder: 'open-clip-training', format: 'pytorch', scheme: 'openclip', file: 'epoch_3.pt' },
  { folder: 'openai', format: 'pytorch', scheme: 'openai' },
  { folder: 'openai-torchscript', format: 'pytorch', scheme: 'openai', file: 'ViT-tiny.pt' },
  { folder: 'keras', format: 'hdf5', scheme: 'keras' },
  { folder: 'flax', format: 'msgpack', scheme: 'flax' },
];

export function fixtureFile(folder: string, file: string): Uint8Array {
  return new Uint8Array(readFileSync(path.join(ROOT, folder, file)));
}

export function fixtureFiles(folder: string, replaced: Record<string, Uint8Array> = {}): MemoryFiles {
  const files = readdirSync(path.join(ROOT, folder)).map((file) => [file, fixtureFile(folder, file)]);
  return memoryFiles({ ...Object.fromEntries(files), ...replaced });
}
