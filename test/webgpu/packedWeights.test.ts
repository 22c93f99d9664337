/** @jest-environment ./test/webgpu/dawnEnvironment.cjs */
// SPDX-License-Identifier: Apache-2.0
/** Models whose weights the device holds as halves or bytes: their outputs, their memory, and the way back. */
import * as tf from '@tensorflow/tfjs';
import { packWeights } from '@tfjs-clip/webgpu-kernels';
import { BackendError, TFCLIPModel } from 'tfjs-clip';
import { Fixture, modelFolder, withModel } from '../harness/fixture.js';
import { leavesNoTensors } from '../harness/leaks.js';
import { thrown } from '../harness/thrown.js';
import { describeWebGPU } from './describeWebGPU.js';

/** Of embeddings. emoji-clip is stored in halves: none of it is lost. Measured: 6e-7 and 1.4e-2. */
const TOLERANCES = { float16: 1e-5, int8: 2e-2 };

describeWebGPU('packed weights', () => {
  it.each(['float16', 'int8'] as const)(
    '%s: emoji-clip stays close to Python, in less memory',
    async (format) => {
      const fixture = await Fixture.read('emoji-clip');
      const first = (name: string) => {
        const { shape, values } = fixture.get(`base.${name}`);
        return values.subarray(0, shape[1]);
      };
      await withModel(TFCLIPModel.fromPretrained('emoji-clip'), async (model) => {
        const { inputIds, pixelValues } = fixture.inputs('base');
        const embed = () =>
          tf.tidy(() => [
            unit(model.getTextFeatures({ inputIds: tf.slice(inputIds, 0, 1) })),
            unit(model.getImageFeatures({ pixelValues: tf.slice(pixelValues, 0, 1) })),
          ]);
        const unpacked = embed();
        await unpacked[1].data();
        tf.dispose(unpacked);
        const bytesBefore = bytesInUse();
        await leavesNoTensors(async () => {
          const packed = await packWeights(model, format);
          const [text, image] = embed();
          for (const [output, name] of [
            [text, 'text_embeds'],
            [image, 'image_embeds'],
          ] as const) {
            await expect(await output.data()).toBeCloseToTensor(first(name), TOLERANCES[format]);
            expect(cosine(await output.data(), first(name))).toBeGreaterThan(0.999);
          }
          tf.dispose([text, image]);
          expect(packed.bytes / packed.bytesUnpacked).toBeCloseTo(format === 'int8' ? 0.25 : 0.5, 1);
          expect(bytesBefore - bytesInUse()).toBe(packed.bytesUnpacked - packed.bytes);
          packed.dispose();
        });
      });
    },
  );

  it.each(['float16', 'int8'] as const)(
    '%s: weights that are written to are float32 again',
    async (format) => {
      const fixture = await Fixture.read('clip-quick-gelu');
      await withModel(TFCLIPModel.fromPretrained(modelFolder('clip-quick-gelu')), async (model) => {
        const inputs = fixture.inputs('base');
        const expected = fixture.get('base.image_features').values;
        const packed = await packWeights(model, format);
        await expect(model.getImageFeatures(inputs)).toBeCloseToTensor(
          expected,
          format === 'int8' ? 2e-2 : 2e-3,
        );
        for (const weight of model.namedWeights().values()) weight.assign(tf.clone(weight));
        packed.dispose();
        await expect(model.getImageFeatures(inputs)).toBeCloseToTensor(expected, 5e-6);
      });
    },
  );

  it('are refused on another backend', async () => {
    await tf.setBackend('cpu');
    expect(await thrown(() => packWeights({ namedWeights: () => new Map() }, 'int8'))).toStrictEqual(
      new BackendError('Weights are packed for the webgpu backend, but cpu is in use: set it first.'),
    );
    await tf.setBackend('webgpu');
  });
});

function unit(x: tf.Tensor): tf.Tensor {
  return tf.div(x, tf.norm(x, 2, -1, true));
}

function bytesInUse(): number {
  return (tf.memory() as unknown as { numBytesInGPU: number }).numBytesInGPU;
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += a[i] * b[i];
    aa += a[i] ** 2;
    bb += b[i] ** 2;
  }
  return ab / Math.sqrt(aa * bb);
}
