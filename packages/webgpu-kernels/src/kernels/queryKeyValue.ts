// SPDX-License-Identifier: Apache-2.0
import type * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { AttentionInputs } from 'tfjs-clip/ops';
import { componentsFor, FusedProgram, type Infos, sizeOf } from '../program.js';
import { countTiles, type Tile } from '../tile.js';
import { chooseTile } from '../tuning/choices.js';
import { asStored, type WeightFormat } from '../weights/packedWeights.js';
import { ROWS_BY_NUMBER, reader, writer } from '../wgsl/matrix.js';
import { tiledProduct } from '../wgsl/tiledProduct.js';
import { weightComponents, weightReader } from '../wgsl/weights.js';

const PARTS = ['query', 'key', 'value'];

export interface HeadShape {
  heads: number;
  headSize: number;
  /** `headSize` rounded up to whole vec4s: what a head takes in the packed tensor, the rest being zeros. */
  paddedSize: number;
}

/**
 * x · kernel + bias for queries, keys and values side by side, each of which has the columns of all heads. The three kernels are read where they are: nothing is packed that could go stale, and with the
 * output they take the eight bindings that every device has.
 */
class QueryKeyValueProgram extends FusedProgram {
  constructor(
    rows: number,
    private readonly shape: HeadShape,
    private readonly format: WeightFormat,
    private readonly tile: Tile,
    limits: GPUSupportedLimits,
  ) {
    const { heads, headSize, paddedSize } = shape;
    const [width, columns] = [heads * headSize, heads * paddedSize];
    const bias = componentsFor(headSize);
    const kernel = weightComponents(format, bias);
    super(
      {
        inputs: {
          x: componentsFor(width),
          queryKernel: kernel,
          queryBias: bias,
          keyKernel: kernel,
          keyBias: bias,
          valueKernel: kernel,
          valueBias: bias,
        },
        outputComponents: 4,
        integers: { rows, width, columns },
        workgroupSize: [tile.across, tile.down, 1],
        workgroups: PARTS.length * countTiles({ rows, columns, depth: width }, tile),
        constants: [...Object.values(tile), ...Object.values(shape), format],
      },
      limits,
    );
  }

  getUserCode(): string {
    const { heads, headSize } = this.shape;
    const [rows, width, columns] = ['uniforms.rows', 'uniforms.width', 'uniforms.columns'];
    const view = this.viewOfWeights();
    const readers = PARTS.map(
      (name) => `
      ${weightReader(`${name}KernelAt`, this.format, { array: `${name}Kernel`, ...view.weights }, `${width} * (${width} / 4)`)}
      ${reader(`${name}BiasAt`, { array: `${name}Bias`, ...view.weights })}
      fn ${name}Right(row : i32, column : i32) -> vec4<f32> { return ${name}KernelAt(${view.kernelAt}); }`,
    );
    const ofPart = (name: string, read: (part: string) => string) => `
    fn ${name}(column : i32) -> vec4<f32> {
      ${PARTS.map((name, i) => `if (part == ${i}) { return ${read(name)}; }`).join('\n')}
      return vec4<f32>(0.0);
    }`;
    return `
    ${readers.join('\n')}
    ${ROWS_BY_NUMBER}
    ${reader('readLeft', { array: 'x', columns: width, components: componentsFor(heads * headSize) })}
    ${writer('write', { columns: `(${PARTS.length} * ${columns})`, components: 4 })}
    ${ofPart('readScale', (name) => `${name}KernelAtScale(column)`)}
    ${ofPart('readBias', (name) => `${name}BiasAt(${view.biasAt})`)}

    fn finish(row : i32, column : i32, sums : vec4<f32>) {
      write(row, part * ${columns} + column, sums * readScale(column) + readBias(column));
    }
    ${tiledProduct(
      this.tile,
      { rows, columns, depth: width },
      PARTS.map((name) => `${name}Right`),
    )}`;
  }

  /**
   * The kernels and biases as matrices, and where in them a number is found. Heads of an odd size, which are padded in the
   * output, have a row each there, so that reading ends with the head.
   */
  private viewOfWeights() {
    const { heads, headSize, paddedSize } = this.shape;
    const components = componentsFor(headSize);
    if (headSize === paddedSize) {
      return {
        weights: { columns: 'uniforms.width', components },
        kernelAt: 'row, column',
        biasAt: '0, column',
      };
    }
    const [head, inHead] = [`column / ${paddedSize}`, `column % ${paddedSize}`];
    return {
      weights: { columns: String(headSize), components },
      kernelAt: `row * ${heads} + ${head}, ${inHead}`,
      biasAt: `${head}, ${inHead}`,
    };
  }
}

/** `x` [batch, sequence, width] → [batch, sequence, 3, heads, paddedSize], to be disposed by the caller. */
export function queryKeyValue(
  backend: WebGPUBackend,
  inputs: Infos<AttentionInputs>,
  shape: HeadShape,
): tf.TensorInfo {
  const { x, queryKernel, queryBias, keyKernel, keyBias, valueKernel, valueBias } = inputs;
  const { heads, headSize, paddedSize } = shape;
  const float32 = [queryKernel, keyKernel, valueKernel];
  // Packed words go across the ends of heads whose size is odd.
  const { format, kernels } =
    headSize % 4 === 0 ? asStored(float32) : { format: 'float32' as const, kernels: float32 };
  const rows = sizeOf(x.shape.slice(0, -1));
  const { limits } = backend.device;
  const product = { rows, columns: PARTS.length * heads * paddedSize, depth: heads * headSize };
  const tile = chooseTile(product, backend.device);
  const program = new QueryKeyValueProgram(rows, shape, format, tile, limits);
  const [query, key, value] = kernels;
  const tensors = [x, query, queryBias, key, keyBias, value, valueBias];
  return program.run(backend, tensors, [...x.shape.slice(0, -1), 3, heads, paddedSize]);
}
