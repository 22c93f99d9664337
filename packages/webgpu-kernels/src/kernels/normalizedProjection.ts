// SPDX-License-Identifier: Apache-2.0
import { CLIPKernel, type NormalizedProjectionInputs } from 'tfjs-clip/ops';
import { componentsFor, FusedProgram, fusedKernel } from '../program.js';
import { chooseSummation, type Summation, WORKGROUP_INDEX } from '../wgsl/workgroup.js';

/**
 * x · kernel, each row divided by its L2 norm. A workgroup a row, a thread some columns of it: it writes their products,
 * and when the norm is known divides what it wrote.
 */
class NormalizedProjectionProgram extends FusedProgram {
  constructor(
    rows: number,
    inSize: number,
    outSize: number,
    private readonly summation: Summation,
    limits: GPUSupportedLimits,
  ) {
    const components = componentsFor(outSize);
    super(
      {
        inputs: { x: 1, kernel: components },
        outputComponents: components,
        integers: { rows, inSize, columns: outSize / components },
        workgroupSize: [summation.threads, 1, 1],
        workgroups: rows,
        constants: [],
      },
      limits,
    );
  }

  getUserCode(): string {
    const [type, square] = this.outputComponent === 4 ? ['vec4<f32>', 'dot(sum, sum)'] : ['f32', 'sum * sum'];
    const forEachColumn = `for (var i = i32(localId.x); i < uniforms.columns; i = i + ${this.summation.threads})`;
    return `
    ${this.summation.wgsl}

    fn main() {
      let index = ${WORKGROUP_INDEX};
      let row = min(index, uniforms.rows - 1); // Barriers need every workgroup.
      var squares = 0.0;
      ${forEachColumn} {
        var sum = ${type}(0.0);
        for (var k = 0; k < uniforms.inSize; k = k + 1) {
          sum = sum + x[row * uniforms.inSize + k] * kernel[k * uniforms.columns + i];
        }
        squares = squares + ${square};
        if (index < uniforms.rows) { result[row * uniforms.columns + i] = sum; }
      }
      let norm = sqrt(sumOfWorkgroup(squares));
      if (index < uniforms.rows) {
        ${forEachColumn} {
          result[row * uniforms.columns + i] = result[row * uniforms.columns + i] / norm;
        }
      }
    }`;
  }
}

export const normalizedProjection = fusedKernel<NormalizedProjectionInputs>(
  CLIPKernel.NormalizedProjection,
  (backend, { x, kernel }) => {
    const [rows, inSize] = x.shape;
    const outSize = kernel.shape[1];
    const { device } = backend;
    const summation = chooseSummation(device);
    const program = new NormalizedProjectionProgram(rows, inSize, outSize, summation, device.limits);
    return program.run(backend, [x, kernel], [rows, outSize]);
  },
);
