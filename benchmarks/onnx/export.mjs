// SPDX-License-Identifier: Apache-2.0
/**
 * `node benchmarks/onnx/export.mjs FOLDER OUT`: writes OUT/vision.onnx and OUT/text.onnx of a CLIP that savePretrained
 * wrote, in float32, so that other engines compute with the same weights. No Python.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CLIPConfig } from 'tfjs-clip';
import { textGraph, visionGraph } from './towers.mjs';
import { Weights } from './weights.mjs';

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, out] = process.argv.slice(2);
  if (!out) throw new Error('Usage: node benchmarks/onnx/export.mjs FOLDER OUT');
  await mkdir(out, { recursive: true });
  for (const tower of ['vision', 'text']) {
    const file = path.join(out, `${tower}.onnx`);
    await exportTower(folder, tower, file);
    console.log(file);
  }
}

/** @param {'vision' | 'text'} tower */
export async function exportTower(folder, tower, file) {
  const config = CLIPConfig.fromJSON(JSON.parse(await readFile(path.join(folder, 'config.json'), 'utf8')));
  const weights = await Weights.open(folder);
  const graph =
    tower === 'vision' ? visionGraph(config.visionConfig, weights) : textGraph(config.textConfig, weights);
  await writeFile(file, await graph);
  await weights.close();
}
