// SPDX-License-Identifier: Apache-2.0
import { CLIPKernel, type SimilarityInputs } from 'tfjs-clip/ops';
import { componentsFor, FusedProgram, fusedKernel } from '../program.js';
import { countTiles, type Tile } from '../tile.js';
import { chooseTile } from '../tuning/choices.js';
import { ROWS_BY_NUMBER, reader, writer } from '../wgsl/matrix.js';
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
        workgroups: countTiles({ rows: texts, columns: images, depth: width }, tile),
        constants: Object.values(tile),
      },
      limits,
    );
  }

  getUserCode(): string {
    const [rows, columns, depth] = ['uniforms.rows', 'uniforms.columns', 'uniforms.width'];
    return `
    ${ROWS_BY_NUMBER}
    ${reader('readLeft', { array: 'texts', columns: depth, components: componentsFor(this.width) })}
    ${writer('write', { columns, components: componentsFor(this.images) })}

    fn readRight(row : i32, column : i32) -> vec4<f32> {
      let last = ${columns} - 1;
      return vec4<f32>(${[0, 1, 2, 3].map((i) => `images[min(column + ${i}, last) * ${depth} + row]`).join(', ')});
    }

    fn finish(row : i32, column : i32, sums : vec4<f32>) { write(row, column, sums * exp(logitScale[0])); }
    ${tiledProduct(this.tile, { rows, columns, depth })}`;
  }
}

export const similarity = fusedKernel<SimilarityInputs>(
  CLIPKernel.Similarity,
  (backend, { texts, images, logitScale }) => {
    const [[rows, width], columns] = [texts.shape, images.shape[0]];
    const { limits } = backend.device;
    const tile = chooseTile({ rows, columns, depth: width }, backend.device);
    const program = new SimilarityProgram(rows, columns, width, tile, limits);
    return program.run(backend, [texts, images, logitScale], [rows, columns]);
  },
);
