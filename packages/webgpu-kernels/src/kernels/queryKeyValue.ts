// SPDX-License-Identifier: Apache-2.0
import type * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { AttentionInputs } from 'tfjs-clip/ops';
import { componentsFor, FusedProgram, type Infos, sizeOf } from '../program.js';
import { countTiles, type Tile } from '../tile.js';
import { chooseTile } from '../tuning/choices.js';
import { asStored, type WeightFormat } from '../weights/packedWeights.js';
import { reader, writer } from '../wgsl/matrix.js';
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
 * x · kernel + bias for queries, keys and values in one product, whose columns are all heads of the three parts one
 * after the other. The three kernels are read where they are: nothing is packed that could go stale, and with the
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
    const [width, columns] = [heads * headSize, 3 * heads * paddedSize];
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
        workgroups: countTiles({ rows, columns, depth: width }, tile),
        constants: [...Object.values(tile), ...Object.values(shape), format],
      },
      limits,
    );
  }

  getUserCode(): string {
    const { heads, headSize, paddedSize } = this.shape;
    const [rows, width, columns] = ['uniforms.rows', 'uniforms.width', 'uniforms.columns'];
    const view = this.viewOfWeights();
    const readers = PARTS.map(
      (name) => `
      ${weightReader(`${name}KernelAt`, this.format, { array: `${name}Kernel`, ...view.kernel }, `${width} * (${width} / 4)`)}
      ${reader(`${name}BiasAt`, { array: `${name}Bias`, ...view.bias })}`,
    );
    const choose = (name: string, read: (part: string) => string) => `
    fn ${name}(row : i32, column : i32) -> vec4<f32> {
      let part = column / ${heads * paddedSize};
      let inPart = column % ${heads * paddedSize};
      ${PARTS.map((part, i) => `if (part == ${i}) { return ${read(part)}; }`).join('\n')}
      return vec4<f32>(0.0);
    }`;
    return `
    ${readers.join('\n')}
    ${reader('readLeft', { array: 'x', columns: width, components: componentsFor(heads * headSize) })}
    ${writer('write', { columns, components: 4 })}

    ${choose('readRight', (part) => `${part}KernelAt(${view.kernelAt})`)}
    ${choose('readScale', (part) => `${part}KernelAtScale(inPart)`)}
    ${choose('readBias', (part) => `${part}BiasAt(${view.biasAt})`)}

    fn finish(row : i32, column : i32, sums : vec4<f32>) {
      write(row, column, sums * readScale(row, column) + readBias(row, column));
    }
    ${tiledProduct(this.tile, { rows, columns, depth: width })}`;
  }

  /**
   * The kernels and biases as matrices, and where in them a number is found. Heads of an odd size, which are padded in the
   * output, have a row each there, so that reading ends with the head.
   */
  private viewOfWeights() {
    const { heads, headSize, paddedSize } = this.shape;
    const width = 'uniforms.width';
    const components = componentsFor(headSize);
    if (headSize === paddedSize) {
      return {
        kernel: { columns: width, components },
        kernelAt: 'row, inPart',
        bias: { columns: width, components },
        biasAt: '0, inPart',
      };
    }
    const [head, inHead, columns] = [`inPart / ${paddedSize}`, `inPart % ${paddedSize}`, String(headSize)];
    return {
      kernel: { columns, components },
      kernelAt: `row * ${heads} + ${head}, ${inHead}`,
      bias: { columns, components },
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
  const product = { rows, columns: 3 * heads * paddedSize, depth: heads * headSize };
  const tile = chooseTile(product, backend.device);
  const program = new QueryKeyValueProgram(rows, shape, format, tile, limits);
  const [query, key, value] = kernels;
  const tensors = [x, query, queryBias, key, keyBias, value, valueBias];
  return program.run(backend, tensors, [...x.shape.slice(0, -1), 3, heads, paddedSize]);
}
