// SPDX-License-Identifier: Apache-2.0
/** A folder of its own for a test of datasets, and what a pass over one gives. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BrokenRecord, ImageTextDataset, Pass } from '@tfjs-clip/training';

export class DataFolder {
  readonly path = realpathSync(mkdtempSync(path.join(tmpdir(), 'dataset-')));

  /** Writes files by their paths in the folder, and returns the path of the first one. */
  write(files: Readonly<Record<string, string | Uint8Array>>): string {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(path.dirname(this.at(name)), { recursive: true });
      writeFileSync(this.at(name), content);
    }
    return this.at(Object.keys(files)[0]);
  }

  at(name: string): string {
    return path.join(this.path, name);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export interface Found {
  key: string;
  captions: readonly string[];
  group?: string;
  /** The picture's bytes as text, or why they cannot be read. */
  image: string;
}

export async function passOver(
  dataset: ImageTextDataset,
  pass: Pass = { epoch: 0, seed: null },
): Promise<{ records: Found[]; broken: BrokenRecord[] }> {
  const records: Found[] = [];
  const broken: BrokenRecord[] = [];
  for await (const record of dataset.records(pass, (problem) => broken.push(problem))) {
    const { key, captions, group } = record;
    const image = await record.readImage().then(
      (bytes) => new TextDecoder().decode(bytes),
      (error: Error) => `! ${error.message}`,
    );
    records.push({ key, captions, ...(group === undefined ? {} : { group }), image });
  }
  return { records, broken };
}
