// SPDX-License-Identifier: Apache-2.0
import { CLIPKernel, type NormalizedProjectionInputs } from 'tfjs-clip/ops';
import { componentsFor, FusedProgram, fusedKernel } from '../program.js';
import { asStored, type WeightFormat } from '../weights/packedWeights.js';
import { reader, writer } from '../wgsl/matrix.js';
import { repeat } from '../wgsl/repeat.js';
import { weightComponents, weightReader } from '../wgsl/weights.js';
import { chooseSummation, type Summation, WORKGROUP_INDEX } from '../wgsl/workgroup.js';

interface ProjectionShape {
  rows: number;
  inSize: number;
  outSize: number;
  /** How `kernel` is stored. */
  format: WeightFormat;
}

/** After all rows of the matrix. */
const SCALES = 'uniforms.inSize * ((uniforms.outSize + 3) / 4)';

/**
 * x · kernel, each row divided by its L2 norm. A workgroup a row, a thread some columns of it, four by four: it writes
 * their products, and when the norm is known divides what it wrote.
 */
class NormalizedProjectionProgram extends FusedProgram {
  constructor(
    private readonly shape: ProjectionShape,
    private readonly summation: Summation,
    limits: GPUSupportedLimits,
  ) {
    const { rows, inSize, outSize, format } = shape;
    const out = componentsFor(outSize);
    super(
      {
        inputs: { x: componentsFor(inSize), kernel: weightComponents(format, out) },
        outputComponents: out,
        integers: { rows, inSize, outSize },
        workgroupSize: [summation.threads, 1, 1],
        workgroups: rows,
        constants: [format],
      },
      limits,
    );
  }

  getUserCode(): string {
    const { threads, wgsl } = this.summation;
    const [columns, components] = ['uniforms.outSize', componentsFor(this.shape.outSize)];
    const x = { array: 'x', columns: 'uniforms.inSize', components: componentsFor(this.shape.inSize) };
    const forEachFour = `for (var column = 4 * i32(localId.x); column < ${columns}; column = column + ${4 * threads})`;
    return `
    ${wgsl}
    ${reader('xAt', x)}
    ${weightReader('kernelAt', this.shape.format, { array: 'kernel', columns, components }, SCALES)}
    ${reader('resultAt', { array: 'result', columns, components })}
    ${writer('write', { columns, components })}

    fn main() {
      let index = ${WORKGROUP_INDEX};
      let row = min(index, uniforms.rows - 1); // Barriers need every workgroup.
      var squares = 0.0;
      ${forEachFour} {
        var sum = vec4<f32>(0.0);
        for (var k = 0; k < uniforms.inSize; k = k + 4) {
          let left = xAt(row, k); // Zeros beyond the end.
          ${repeat(4, (j) => `sum = fma(vec4<f32>(left[${j}]), kernelAt(min(k + ${j}, uniforms.inSize - 1), column), sum);`)}
        }
        sum = sum * kernelAtScale(column);
        squares = squares + dot(sum, sum);
        if (index < uniforms.rows) { write(row, column, sum); }
      }
      let norm = sqrt(sumOfWorkgroup(squares));
      if (index < uniforms.rows) {
        ${forEachFour} { write(row, column, resultAt(row, column) / norm); }
      }
    }`;
  }
}

export const normalizedProjection = fusedKernel<NormalizedProjectionInputs>(
  CLIPKernel.NormalizedProjection,
  (backend, { x, kernel }) => {
    const [rows, inSize] = x.shape;
    const outSize = kernel.shape[1];
    const { format, kernels } = asStored([kernel]);
    const { device } = backend;
    const shape = { rows, inSize, outSize, format };
    const program = new NormalizedProjectionProgram(shape, chooseSummation(device, 256), device.limits);
    return program.run(backend, [x, ...kernels], [rows, outSize]);
  },
);
