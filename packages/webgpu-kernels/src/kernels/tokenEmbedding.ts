// SPDX-License-Identifier: Apache-2.0
import { CLIPKernel, type TokenEmbeddingInputs } from 'tfjs-clip/ops';
import { componentsFor, FusedProgram, fusedKernel, sizeOf } from '../program.js';
import { asStored, type WeightFormat } from '../weights/packedWeights.js';
import { reader, writer } from '../wgsl/matrix.js';
import { weightComponents, weightReader } from '../wgsl/weights.js';
import { WORKGROUP_INDEX } from '../wgsl/workgroup.js';

const THREADS = 64;

interface EmbeddingShape {
  /** Of `ids` and of `positions`: one of them is repeated where it has fewer. */
  idRows: number;
  positionRows: number;
  width: number;
  vocabularySize: number;
  /** How `tokenTable` is stored. */
  format: WeightFormat;
}

/** After all rows of the table. */
const SCALES = 'uniforms.vocabularySize * ((uniforms.width + 3) / 4)';

/** tokenTable[ids] + positionTable[positions], a thread for four columns of the output. */
class TokenEmbeddingProgram extends FusedProgram {
  constructor(
    private readonly shape: EmbeddingShape,
    limits: GPUSupportedLimits,
  ) {
    const { idRows, positionRows, width, vocabularySize, format } = shape;
    const components = componentsFor(width);
    const rows = Math.max(idRows, positionRows);
    super(
      {
        inputs: {
          ids: 1,
          positions: 1,
          tokenTable: weightComponents(format, components),
          positionTable: components,
        },
        outputComponents: components,
        integers: { rows, idRows, positionRows, width, vocabularySize },
        workgroupSize: [THREADS, 1, 1],
        workgroups: Math.ceil((rows * Math.ceil(width / 4)) / THREADS),
        constants: [format],
      },
      limits,
    );
  }

  getUserCode(): string {
    const [columns, components] = ['uniforms.width', componentsFor(this.shape.width)];
    return `
    ${weightReader('tokenAt', this.shape.format, { array: 'tokenTable', columns, components }, SCALES)}
    ${reader('positionAt', { array: 'positionTable', columns, components })}
    ${writer('write', { columns, components })}

    fn main() {
      let index = ${WORKGROUP_INDEX} * ${THREADS} + i32(localId.x);
      let foursInRow = (uniforms.width + 3) / 4;
      let row = index / foursInRow;
      let column = index % foursInRow * 4;
      if (row < uniforms.rows) {
        let token = tokenAt(ids[row % uniforms.idRows], column) * tokenAtScale(column);
        write(row, column, token + positionAt(positions[row % uniforms.positionRows], column));
      }
    }`;
  }
}

export const tokenEmbedding = fusedKernel<TokenEmbeddingInputs>(
  CLIPKernel.TokenEmbedding,
  (backend, { ids, positions, tokenTable, positionTable }) => {
    const [vocabularySize, width] = tokenTable.shape;
    const { format, kernels } = asStored([tokenTable]);
    const [idRows, positionRows] = [sizeOf(ids.shape), sizeOf(positions.shape)];
    const shape = { idRows, positionRows, width, vocabularySize, format };
    const program = new TokenEmbeddingProgram(shape, backend.device.limits);
    const batch = Math.max(ids.shape[0], positions.shape[0]);
    return program.run(backend, [ids, positions, ...kernels, positionTable], [batch, ids.shape[1], width]);
  },
);
