// SPDX-License-Identifier: Apache-2.0
import { CLIPKernel, type PatchEmbeddingInputs } from 'tfjs-clip/ops';
import { componentsFor, FusedProgram, fusedKernel } from '../program.js';
import { countTiles, type Tile } from '../tile.js';
import { chooseTile } from '../tuning/choices.js';
import { reader, writer } from '../wgsl/matrix.js';
import { repeat } from '../wgsl/repeat.js';
import { tiledProduct } from '../wgsl/tiledProduct.js';

interface PatchShape {
  batch: number;
  channels: number;
  height: number;
  width: number;
  patchSize: number;
  hiddenSize: number;
}

/**
 * Pixels · kernel + positions, the class token first. A tiled product whose left side, [batch · tokens, patch · patch ·
 * channels], is never made: its numbers are picked out of the pixels. The row of a class token is zeros, and its
 * embedding is added.
 */
class PatchEmbeddingProgram extends FusedProgram {
  constructor(
    private readonly shape: PatchShape,
    private readonly tile: Tile,
    limits: GPUSupportedLimits,
  ) {
    const { channels, height, width, patchSize, hiddenSize } = shape;
    const [rows, hidden] = [tokensOf(shape) * shape.batch, componentsFor(hiddenSize)];
    super(
      {
        inputs: { pixels: 1, kernel: hidden, classEmbedding: hidden, positionEmbedding: hidden },
        outputComponents: hidden,
        integers: {
          rows,
          tokens: tokensOf(shape),
          depth: patchSize * patchSize * channels,
          hiddenSize,
          height,
          width,
          patchesAcross: Math.floor(width / patchSize),
        },
        workgroupSize: [tile.across, tile.down, 1],
        workgroups: countTiles({ rows, columns: hiddenSize, depth: patchSize * patchSize * channels }, tile),
        constants: [...Object.values(tile), patchSize, channels],
      },
      limits,
    );
  }

  getUserCode(): string {
    const { patchSize, channels, hiddenSize } = this.shape;
    const [tokens, depth, columns] = ['uniforms.tokens', 'uniforms.depth', 'uniforms.hiddenSize'];
    const hidden = { columns, components: componentsFor(hiddenSize) };
    return `
    ${reader('readRight', { array: 'kernel', ...hidden })}
    ${reader('readClass', { array: 'classEmbedding', ...hidden })}
    ${reader('readPosition', { array: 'positionEmbedding', ...hidden })}
    ${writer('write', hidden)}

    /* A row of the kernel is a pixel of the patch and a channel: [patch, patch, channels]. */
    fn readLeft(row : i32, column : i32) -> vec4<f32> {
      var values = vec4<f32>(0.0);
      let patchIndex = row % ${tokens} - 1;
      if (patchIndex < 0) { return values; }
      let image = row / ${tokens};
      let top = patchIndex / uniforms.patchesAcross * ${patchSize};
      let left = patchIndex % uniforms.patchesAcross * ${patchSize};
      ${repeat(
        4,
        (i) => `if (column + ${i} < ${depth}) {
        let channel = (column + ${i}) % ${channels};
        let y = top + (column + ${i}) / ${patchSize * channels};
        let x = left + (column + ${i}) / ${channels} % ${patchSize};
        values[${i}] = pixels[((image * ${channels} + channel) * uniforms.height + y) * uniforms.width + x];
      }`,
      )}
      return values;
    }

    fn finish(row : i32, column : i32, sums : vec4<f32>) {
      let token = row % ${tokens};
      let content = select(sums, readClass(0, column), token == 0);
      write(row, column, content + readPosition(token, column));
    }
    ${tiledProduct(this.tile, { rows: 'uniforms.rows', columns, depth })}`;
  }
}

function tokensOf({ height, width, patchSize }: PatchShape): number {
  return Math.floor(height / patchSize) * Math.floor(width / patchSize) + 1;
}

export const patchEmbedding = fusedKernel<PatchEmbeddingInputs>(
  CLIPKernel.PatchEmbedding,
  (backend, { pixelValues, kernel, classEmbedding, positionEmbedding }) => {
    const [batch, channels, height, width] = pixelValues.shape;
    const [patchSize, , , hiddenSize] = kernel.shape;
    const shape = { batch, channels, height, width, patchSize, hiddenSize };
    const tokens = tokensOf(shape);
    const { limits } = backend.device;
    const product = { rows: batch * tokens, columns: hiddenSize, depth: patchSize * patchSize * channels };
    const program = new PatchEmbeddingProgram(shape, chooseTile(product, backend.device), limits);
    const inputs = [pixelValues, kernel, classEmbedding, positionEmbedding];
    return program.run(backend, inputs, [batch, tokens, hiddenSize]);
  },
);
