// SPDX-License-Identifier: Apache-2.0
import { CLIPKernel, type PatchEmbeddingInputs } from 'tfjs-clip/ops';
import { componentsFor, FusedProgram, fusedKernel } from '../program.js';
import { countTiles, type Tile } from '../tile.js';
import { chooseTile } from '../tuning/choices.js';
import { asStored, type WeightFormat } from '../weights/packedWeights.js';
import { reader, writer } from '../wgsl/matrix.js';
import { tiledProduct } from '../wgsl/tiledProduct.js';
import { weightComponents, weightReader } from '../wgsl/weights.js';

interface PatchShape {
  batch: number;
  channels: number;
  height: number;
  width: number;
  patchSize: number;
  hiddenSize: number;
  /** How `kernel` is stored. */
  format: WeightFormat;
}

/** After all rows of the matrix. */
const SCALES = 'uniforms.depth * ((uniforms.hiddenSize + 3) / 4)';

/**
 * Pixels · kernel + positions, the class token first. A tiled product whose left side, [batch · tokens, channels · patch ·
 * patch], is never made: its numbers are picked out of the pixels, in the order in which they lie there. The row of a class
 * token is zeros, and its embedding is added.
 */
class PatchEmbeddingProgram extends FusedProgram {
  constructor(
    private readonly shape: PatchShape,
    private readonly tile: Tile,
    limits: GPUSupportedLimits,
  ) {
    const { channels, height, width, patchSize, hiddenSize, format } = shape;
    const [rows, hidden] = [tokensOf(shape) * shape.batch, componentsFor(hiddenSize)];
    super(
      {
        inputs: {
          pixels: componentsFor(width, patchSize),
          kernel: weightComponents(format, hidden),
          classEmbedding: hidden,
          positionEmbedding: hidden,
        },
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
        constants: [...Object.values(tile), patchSize, channels, format],
      },
      limits,
    );
  }

  getUserCode(): string {
    const { patchSize, channels, hiddenSize, format } = this.shape;
    const [tokens, depth, columns] = ['uniforms.tokens', 'uniforms.depth', 'uniforms.hiddenSize'];
    const hidden = { columns, components: componentsFor(hiddenSize) };
    const pixelsOfPatch = patchSize ** 2;
    return `
    ${weightReader('kernelAt', format, { array: 'kernel', ...hidden }, SCALES)}
    ${reader('readClass', { array: 'classEmbedding', ...hidden })}
    ${reader('readPosition', { array: 'positionEmbedding', ...hidden })}
    ${writer('write', hidden)}

    /* The kernel is [patch, patch, channels, hidden]. */
    fn readRight(row : i32, column : i32) -> vec4<f32> {
      return kernelAt(row % ${pixelsOfPatch} * ${channels} + row / ${pixelsOfPatch}, column);
    }

    /* Where a patch begins in the pixels; of a class token −1. */
    fn leftRow(row : i32) -> i32 {
      let patchIndex = row % ${tokens} - 1;
      let firstOfImage = row / ${tokens} * ${channels} * uniforms.height;
      let y = patchIndex / uniforms.patchesAcross * ${patchSize};
      let x = patchIndex % uniforms.patchesAcross * ${patchSize};
      return select((firstOfImage + y) * uniforms.width + x, -1, patchIndex < 0);
    }

    /* From there, where a column is found. */
    fn offsetOf(column : i32) -> i32 {
      let y = column / ${pixelsOfPatch} * uniforms.height + column / ${patchSize} % ${patchSize};
      return y * uniforms.width + column % ${patchSize};
    }

    fn readPixels(start : i32, column : i32) -> vec4<f32> {
      ${this.readPixels()}
    }

    fn readLeft(start : i32, column : i32) -> vec4<f32> {
      return select(readPixels(max(start, 0), column), vec4<f32>(0.0), start < 0);
    }

    fn finish(row : i32, column : i32, sums : vec4<f32>) {
      let token = row % ${tokens};
      let content = select(sums * kernelAtScale(column), readClass(0, column), token == 0);
      write(row, column, content + readPosition(token, column));
    }
    ${tiledProduct(this.tile, { rows: 'uniforms.rows', columns, depth })}`;
  }

  /** Four neighbours, where the rows of patches consist of such. */
  private readPixels(): string {
    const { width, patchSize } = this.shape;
    if (componentsFor(width, patchSize) === 4) return 'return pixels[(start + offsetOf(column)) >> 2u];';
    if (patchSize % 4 === 0) {
      return `let place = start + offsetOf(column);
      return vec4<f32>(pixels[place], pixels[place + 1], pixels[place + 2], pixels[place + 3]);`;
    }
    const values = [0, 1, 2, 3].map((i) => `pixels[start + offsetOf(column + ${i})]`);
    return `let values = vec4<f32>(${values.join(', ')});
      return select(vec4<f32>(0.0), values, column + vec4<i32>(0, 1, 2, 3) < vec4<i32>(uniforms.depth));`;
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
    const { format, kernels } = asStored([kernel]);
    const shape = { batch, channels, height, width, patchSize, hiddenSize, format };
    const tokens = tokensOf(shape);
    const { limits } = backend.device;
    const product = { rows: batch * tokens, columns: hiddenSize, depth: patchSize * patchSize * channels };
    const program = new PatchEmbeddingProgram(shape, chooseTile(product, backend.device), limits);
    const inputs = [pixelValues, ...kernels, classEmbedding, positionEmbedding];
    return program.run(backend, inputs, [batch, tokens, hiddenSize]);
  },
);
