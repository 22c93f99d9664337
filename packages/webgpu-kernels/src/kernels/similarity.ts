// SPDX-License-Identifier: Apache-2.0
import { CLIPKernel, type SimilarityInputs } from 'tfjs-clip/ops';
import { componentsFor, FusedProgram, fusedKernel } from '../program.js';
import { chooseTile, countTiles, type Tile } from '../tile.js';
import { reader, writer } from '../wgsl/matrix.js';
import { tiledProduct } from '../wgsl/tiledProduct.js';

/** texts · imagesᵀ · exp(logitScale): a tiled product whose right side is read across its rows. */
class SimilarityProgram extends FusedProgram {
  constructor(
    texts: number,
    private readonly images: number,
    private readonly width: number,
    private readonly tile: Tile,
    limits: GPUSupportedLimits,
  ) {
    super(
      {
        inputs: { texts: componentsFor(width), images: 1, logitScale: 1 },
        outputComponents: componentsFor(images),
        integers: { rows: texts, columns: images, width },
        workgroupSize: [tile.across, tile.down, 1],
        workgroups: countTiles(texts, images, tile),
        constants: Object.values(tile),
      },
      limits,
    );
  }

  getUserCode(): string {
    const [rows, columns, depth] = ['uniforms.rows', 'uniforms.columns', 'uniforms.width'];
    return `
    ${reader('readLeft', { array: 'texts', rows, columns: depth, components: componentsFor(this.width) })}
    ${writer('write', { rows, columns, components: componentsFor(this.images) })}

    fn readRight(row : i32, column : i32) -> vec4<f32> {
      var values = vec4<f32>(0.0);
      if (row < ${depth}) {
        for (var i = 0; i < min(4, ${columns} - column); i = i + 1) {
          values[i] = images[(column + i) * ${depth} + row];
        }
      }
      return values;
    }

    fn finish(row : i32, column : i32, sums : vec4<f32>) { write(row, column, sums * exp(logitScale[0])); }
    ${tiledProduct(this.tile, { columns, depth })}`;
  }
}

export const similarity = fusedKernel<SimilarityInputs>(
  CLIPKernel.Similarity,
  (backend, { texts, images, logitScale }) => {
    const [[rows, width], columns] = [texts.shape, images.shape[0]];
    const { limits } = backend.device;
    const program = new SimilarityProgram(rows, columns, width, chooseTile(rows, columns, limits), limits);
    return program.run(backend, [texts, images, logitScale], [rows, columns]);
  },
);
