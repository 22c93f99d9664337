// SPDX-License-Identifier: Apache-2.0
import { CLIPKernel, type LayerNormAttributes, type LayerNormInputs } from 'tfjs-clip/ops';
import { componentsFor, FusedProgram, fusedKernel, sizeOf } from '../program.js';
import { chooseSummation, type Summation, WORKGROUP_INDEX } from '../wgsl/workgroup.js';

/**
 * A workgroup a row, in three passes over it: the mean, then the variance of what is left (E[x²] − mean² would cancel),
 * then the output.
 */
class LayerNormProgram extends FusedProgram {
  constructor(
    rows: number,
    private readonly width: number,
    epsilon: number,
    private readonly summation: Summation,
    limits: GPUSupportedLimits,
  ) {
    const components = componentsFor(width);
    super(
      {
        inputs: { x: components, gamma: components, beta: components },
        outputComponents: components,
        integers: { rows },
        floats: { epsilon },
        workgroupSize: [summation.threads, 1, 1],
        workgroups: rows,
        constants: [width],
      },
      limits,
    );
  }

  getUserCode(): string {
    const { width, outputComponent } = this;
    const [type, total] = outputComponent === 4 ? ['vec4<f32>', 'dot(sum, vec4<f32>(1.0))'] : ['f32', 'sum'];
    const forEachElement = `for (var i = i32(localId.x); i < ${width / outputComponent}; i = i + ${this.summation.threads})`;
    return `
    ${this.summation.wgsl}

    fn main() {
      let index = ${WORKGROUP_INDEX};
      let start = min(index, uniforms.rows - 1) * ${width / outputComponent}; // Barriers need every workgroup.
      var sum = ${type}(0.0);
      ${forEachElement} { sum = sum + x[start + i]; }
      let mean = sumOfWorkgroup(${total}) / ${width}.0;

      sum = ${type}(0.0);
      ${forEachElement} {
        let centered = x[start + i] - mean;
        sum = sum + centered * centered;
      }
      let scale = inverseSqrt(sumOfWorkgroup(${total}) / ${width}.0 + uniforms.epsilon);

      if (index < uniforms.rows) {
        ${forEachElement} {
          result[start + i] = (x[start + i] - mean) * scale * gamma[i] + beta[i];
        }
      }
    }`;
  }
}

export const layerNorm = fusedKernel<LayerNormInputs, LayerNormAttributes>(
  CLIPKernel.LayerNorm,
  (backend, { x, gamma, beta }, { epsilon }) => {
    const width = x.shape[x.shape.length - 1];
    const rows = sizeOf(x.shape) / width;
    const { device } = backend;
    const program = new LayerNormProgram(rows, width, epsilon, chooseSummation(device, 64), device.limits);
    return program.run(backend, [x, gamma, beta], x.shape);
  },
);
