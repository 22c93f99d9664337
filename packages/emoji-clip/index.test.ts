// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { files } from './index.js';

describe('the emoji-clip package', () => {
  it('gives each file of the model under its own name', () => {
    for (const [name, url] of Object.entries(files)) {
      expect(path.basename(fileURLToPath(url))).toBe(name);
      expect(readFileSync(url).byteLength).toBeGreaterThan(0);
    }
  });

  it('leaves no file of the model out', () => {
    const notOfTheModel = ['package.json', 'heldout-concepts.json'];
    const present = readdirSync(__dirname).filter((name) => /\.(json|txt|safetensors)$/.test(name));
    expect(Object.keys(files).sort()).toEqual(present.filter((name) => !notOfTheModel.includes(name)).sort());
  });

  it('holds the checkpoint it documents', () => {
    const bytes = readFileSync(files['model.safetensors']);
    const headerLength = Number(bytes.readBigUInt64LE(0));
    const { __metadata__, ...tensors } = JSON.parse(bytes.subarray(8, 8 + headerLength).toString());
    const parameters = Object.values<{ shape: number[] }>(tensors).map(({ shape }) =>
      shape.reduce((product, size) => product * size, 1),
    );
    expect(parameters.reduce((sum, count) => sum + count, 0)).toBe(1_832_449);
  });
});
