// SPDX-License-Identifier: Apache-2.0
/** What onnxruntime's two builds for JavaScript do alike: the towers from ONNX files, and a product of matrices. */

import { PATHS } from '../inputs/paths.mjs';
import { seededRandom } from '../inputs/random.mjs';
import { IMAGE_SIZE, readIds, readPixels, SEQUENCE } from '../inputs/tensors.mjs';
import { FLOAT, Graph } from '../onnx/graph.mjs';
import { eachOnce } from './eachOnce.mjs';

/** @param open a file's path, or a model's bytes → InferenceSession */
export function onnxPeer({ Tensor }, open) {
  return {
    async vision() {
      const session = await open(`${PATHS.clip}/onnx/vision.onnx`);
      return eachOnce(
        async (batch) => new Tensor('float32', await readPixels(batch), [batch, 3, IMAGE_SIZE, IMAGE_SIZE]),
        async (pixels) => (await session.run({ pixel_values: pixels })).image_embeds.data,
      );
    },

    async text() {
      const session = await open(`${PATHS.clip}/onnx/text.onnx`);
      return eachOnce(
        async (batch) => {
          const ids = BigInt64Array.from(await readIds(batch), BigInt);
          return new Tensor('int64', ids, [batch, SEQUENCE]);
        },
        async (ids) => (await session.run({ input_ids: ids })).text_embeds.data,
      );
    },

    async matmul() {
      return eachOnce(
        async (size) => ({
          session: await open(matmulModel(size)),
          a: new Tensor('float32', randomMatrix(size), [size, size]),
        }),
        async ({ session, a }) => (await session.run({ a })).product.data,
      );
    },
  };
}

/** a → a b, where b is constant as weights are. */
function matmulModel(size) {
  const graph = new Graph();
  const a = graph.input('a', FLOAT, [size, size]);
  const b = graph.constant([size, size], randomMatrix(size));
  graph.output(graph.apply('MatMul', [a, b]), 'product', [size, size]);
  return graph.toBytes();
}

function randomMatrix(size) {
  return Float32Array.from({ length: size ** 2 }, seededRandom(size));
}
