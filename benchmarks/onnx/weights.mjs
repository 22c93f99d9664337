// SPDX-License-Identifier: Apache-2.0
/** The weights of a folder that savePretrained wrote, as constants of a graph: shape and values. */
import path from 'node:path';
import { openSource, SafetensorsReader } from '@tfjs-clip/safetensors';

export class Weights {
  static async open(folder) {
    const weights = new Weights();
    weights.reader = await SafetensorsReader.open(await openSource(path.join(folder, 'model.safetensors')));
    return weights;
  }

  async plain(name) {
    return [this.reader.info(name).shape, await this.reader.float32(name)];
  }

  /** A linear layer's [out, in] as the [in, out] that MatMul takes. */
  async transposed(name) {
    const [[rows, columns], values] = await this.plain(name);
    const turned = new Float32Array(values.length);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) turned[j * rows + i] = values[i * columns + j];
    }
    return [[columns, rows], turned];
  }

  close() {
    return this.reader.close();
  }
}
