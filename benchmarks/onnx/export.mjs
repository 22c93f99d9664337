// SPDX-License-Identifier: Apache-2.0
/**
 * `node benchmarks/onnx/export.mjs FOLDER OUT`: writes OUT/model.onnx, OUT/vision.onnx and OUT/text.onnx of a CLIP that
 * savePretrained wrote, in float32, so that other engines compute with the same weights. No Python.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CLIPConfig } from 'tfjs-clip';
import { clipModel, textModel, visionModel } from './models.mjs';
import { Weights } from './weights.mjs';

const BUILDERS = { model: clipModel, vision: visionModel, text: textModel };

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, out] = process.argv.slice(2);
  if (!out) throw new Error('Usage: node benchmarks/onnx/export.mjs FOLDER OUT');
  for (const part of Object.keys(BUILDERS)) {
    const file = path.join(out, `${part}.onnx`);
    await exportModel(folder, part, file);
    console.log(file);
  }
}

/** The file appears under its name when it is whole. @param {'model' | 'vision' | 'text'} part */
export async function exportModel(folder, part, file) {
  const config = CLIPConfig.fromJSON(JSON.parse(await readFile(path.join(folder, 'config.json'), 'utf8')));
  const weights = await Weights.open(folder);
  try {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(`${file}.part`, await BUILDERS[part](config, weights));
    await rename(`${file}.part`, file);
  } finally {
    await weights.close();
  }
}
