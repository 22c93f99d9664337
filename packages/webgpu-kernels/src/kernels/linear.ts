// SPDX-License-Identifier: Apache-2.0
import { CLIPKernel, type LinearAttributes, type LinearInputs } from 'tfjs-clip/ops';
import { componentsFor, FusedProgram, fusedKernel, sizeOf } from '../program.js';
import { countTiles, type Tile } from '../tile.js';
import { chooseTile } from '../tuning/choices.js';
import { asStored, type WeightFormat } from '../weights/packedWeights.js';
import { activationSnippet } from '../wgsl/activation.js';
import { ROWS_BY_NUMBER, reader, writer } from '../wgsl/matrix.js';
import { tiledProduct } from '../wgsl/tiledProduct.js';
import { weightComponents, weightReader } from '../wgsl/weights.js';

interface LinearShape {
  rows: number;
  inSize: number;
  outSize: number;
  activation: string | null;
  hasBias: boolean;
  hasResidual: boolean;
  /** How `kernel` is stored. */
  format: WeightFormat;
}

/** After all rows of the matrix. */
const SCALES = 'uniforms.inSize * ((uniforms.outSize + 3) / 4)';

/** activation(x · kernel + bias) + residual: a tiled product, with the rest done while the sums are in registers. */
class LinearProgram extends FusedProgram {
  constructor(
    private readonly shape: LinearShape,
    private readonly tile: Tile,
    limits: GPUSupportedLimits,
  ) {
    const { rows, inSize, outSize, activation, hasBias, hasResidual, format } = shape;
    const out = componentsFor(outSize);
    super(
      {
        inputs: {
          x: componentsFor(inSize),
          kernel: weightComponents(format, out),
          ...(hasBias && { bias: out }),
          ...(hasResidual && { residual: out }),
        },
        outputComponents: out,
        integers: { rows, inSize, outSize },
        workgroupSize: [tile.across, tile.down, 1],
        workgroups: countTiles({ rows, columns: outSize, depth: inSize }, tile),
        constants: [...Object.values(tile), String(activation), hasBias, hasResidual, format],
      },
      limits,
    );
  }

  getUserCode(): string {
    const { activation, hasBias, hasResidual, inSize, format } = this.shape;
    const [rows, depth, columns] = ['uniforms.rows', 'uniforms.inSize', 'uniforms.outSize'];
    const out = componentsFor(this.shape.outSize);
    return `
    ${ROWS_BY_NUMBER}
    ${reader('readLeft', { array: 'x', columns: depth, components: componentsFor(inSize) })}
    ${weightReader('readRight', format, { array: 'kernel', columns, components: out }, SCALES)}
    ${hasBias ? reader('readBias', { array: 'bias', columns, components: out }) : ''}
    ${hasResidual ? reader('readResidual', { array: 'residual', columns, components: out }) : ''}
    ${writer('write', { columns, components: out })}
    ${activationSnippet(activation)}

    fn finish(row : i32, column : i32, sums : vec4<f32>) {
      let product = sums * readRightScale(column)${hasBias ? ' + readBias(0, column)' : ''};
      write(row, column, activate(product)${hasResidual ? ' + readResidual(row, column)' : ''});
    }
    ${tiledProduct(this.tile, { rows, columns, depth })}`;
  }
}

export const linear = fusedKernel<LinearInputs, LinearAttributes>(
  CLIPKernel.Linear,
  (backend, { x, kernel, bias, residual }, { activation }) => {
    const [inSize, outSize] = kernel.shape;
    const rows = sizeOf(x.shape) / inSize;
    const { limits } = backend.device;
    const stored = asStored([kernel]);
    const { format } = stored;
    const shape = { rows, inSize, outSize, activation, hasBias: !!bias, hasResidual: !!residual, format };
    const tile = chooseTile({ rows, columns: outSize, depth: inSize }, backend.device);
    const program = new LinearProgram(shape, tile, limits);
    const inputs = [x, ...stored.kernels, ...(bias ? [bias] : []), ...(residual ? [residual] : [])];
    return program.run(backend, inputs, [...x.shape.slice(0, -1), outSize]);
  },
);
