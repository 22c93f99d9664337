// SPDX-License-Identifier: Apache-2.0
import { CLIPKernel, type TokenEmbeddingInputs } from 'tfjs-clip/ops';
import { componentsFor, FusedProgram, fusedKernel, sizeOf } from '../program.js';
import { WORKGROUP_INDEX } from '../wgsl/workgroup.js';

const THREADS = 64;

/** tokenTable[ids] + positionTable[positions], a thread for each number or four of the output. */
class TokenEmbeddingProgram extends FusedProgram {
  /** @param rows of the output, of `ids` and of `positions`: one of the latter is repeated where it has fewer */
  constructor(rows: number, idRows: number, positionRows: number, width: number, limits: GPUSupportedLimits) {
    const components = componentsFor(width);
    const size = (rows * width) / components;
    super(
      {
        inputs: { ids: 1, positions: 1, tokenTable: components, positionTable: components },
        outputComponents: components,
        integers: { size, columns: width / components, idRows, positionRows },
        workgroupSize: [THREADS, 1, 1],
        workgroups: Math.ceil(size / THREADS),
        constants: [],
      },
      limits,
    );
  }

  getUserCode(): string {
    return `
    fn main() {
      let i = ${WORKGROUP_INDEX} * ${THREADS} + i32(localId.x);
      if (i < uniforms.size) {
        let row = i / uniforms.columns;
        let column = i % uniforms.columns;
        let token = ids[row % uniforms.idRows] * uniforms.columns;
        let position = positions[row % uniforms.positionRows] * uniforms.columns;
        result[i] = tokenTable[token + column] + positionTable[position + column];
      }
    }`;
  }
}

export const tokenEmbedding = fusedKernel<TokenEmbeddingInputs>(
  CLIPKernel.TokenEmbedding,
  (backend, { ids, positions, tokenTable, positionTable }) => {
    const width = tokenTable.shape[1];
    const [idRows, positionRows] = [sizeOf(ids.shape), sizeOf(positions.shape)];
    const { limits } = backend.device;
    const rows = Math.max(idRows, positionRows);
    const program = new TokenEmbeddingProgram(rows, idRows, positionRows, width, limits);
    const batch = Math.max(ids.shape[0], positions.shape[0]);
    return program.run(backend, [ids, positions, tokenTable, positionTable], [batch, ids.shape[1], width]);
  },
);
