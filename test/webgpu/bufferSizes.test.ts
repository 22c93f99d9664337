/** @jest-environment ./test/webgpu/dawnEnvironment.cjs */
// SPDX-License-Identifier: Apache-2.0
/** Batches of ever other sizes use few sizes of buffers. */
import * as tf from '@tensorflow/tfjs';
import { layerNorm } from '../../packages/clip/src/ops/layerNorm.js';
import { leavesNoTensors } from '../harness/leaks.js';
import { describeWebGPU, webgpu } from './describeWebGPU.js';

const BATCHES = 40;
const WIDTH = 100;

describeWebGPU('buffers', () => {
  it('of 40 batches have few sizes, and tensors only the numbers that are theirs', async () => {
    const [gamma, beta] = [tf.ones([WIDTH]), tf.zeros([WIDTH])];
    const sizes = new Set<number>();
    await leavesNoTensors(async () => {
      for (let batch = 1; batch <= BATCHES; batch++) {
        const x = tf.tensor(
          Array.from({ length: batch * WIDTH }, (_, i) => i % 2),
          [batch, WIDTH],
        );
        const output = layerNorm(x, gamma, beta, 0);
        const doubled = tf.mul(output, 2);
        for (const [tensor, size] of [
          [output, 1],
          [doubled, 2],
        ] as const) {
          sizes.add((webgpu().tensorMap.get(tensor.dataId).resource as GPUBuffer).size);
          const values = await tensor.data();
          expect(values.byteLength).toBe(values.buffer.byteLength);
          expect([...values]).toEqual(
            Array.from({ length: batch * WIDTH }, (_, i) => (i % 2 ? size : -size)),
          );
          expect(tensor.size).toBe(batch * WIDTH);
        }
        tf.dispose([x, output, doubled]);
      }
    });
    expect(sizes.size).toBeLessThanOrEqual(4 * Math.ceil(Math.log2(BATCHES)));
    tf.dispose([gamma, beta]);
  });

  it('that were read and are used again hold the same', async () => {
    const x = tf.tensor([1, 2, 3, 4, 5, 6], [2, 3]);
    const output = layerNorm(x, tf.ones([3]), tf.zeros([3]), 1e-5);
    const read = [...(await output.data())];
    expect(read).toHaveLength(6);
    const again = tf.concat([output, tf.zeros([1, 3])]);
    await expect(again).toBeCloseToTensor([...read, 0, 0, 0], 1e-6);
    const onDevice = output.dataToGPU();
    expect([...(await onDevice.tensorRef.data())]).toEqual(read);
    tf.dispose([x, output, again, onDevice.tensorRef]);
  });
});
