/** @jest-environment ./test/webgpu/dawnEnvironment.cjs */
// SPDX-License-Identifier: Apache-2.0
/** A device that is lost in the middle of a call: the call's numbers are right, and nothing of the old device remains. */
import * as tf from '@tensorflow/tfjs';
import { packWeights, recovering } from '@tfjs-clip/webgpu-kernels';
import { CLIPProcessor, TFCLIPModel } from 'tfjs-clip';
import { DeviceLostError } from 'tfjs-clip/ops';
import { linear } from '../../packages/clip/src/ops/linear.js';
import { TILES, type TileName } from '../../packages/webgpu-kernels/src/tile.js';
import { choicesFor, setChoice } from '../../packages/webgpu-kernels/src/tuning/choices.js';
import { leavesNoTensors } from '../harness/leaks.js';
import { thrown } from '../harness/thrown.js';
import { describeWebGPU, webgpu } from './describeWebGPU.js';
import { cases, config, loseDeviceAt } from './deviceLossCases.js';

const { gpu } = navigator as Navigator & { gpu: GPU };

describeWebGPU('a lost device', () => {
  let model: TFCLIPModel;
  let processor: CLIPProcessor;
  let x: tf.Tensor2D;

  beforeAll(async () => {
    model = new TFCLIPModel(config);
    processor = await CLIPProcessor.fromPretrained('emoji-clip');
    x = tf.tensor2d([[1, 2, 3, 4]]);
  });
  afterAll(() => {
    model.dispose();
    x.dispose();
  });
  afterEach(() => jest.restoreAllMocks());

  it.each(Object.entries(cases))('in the second batch of %s', async (_, { call, program }) => {
    await tf.setBackend('cpu');
    const expected = await call({ model, processor });
    await tf.setBackend('webgpu');
    const old = webgpu();
    loseDeviceAt(2, program);
    await leavesNoTensors(async () => {
      await expect(await call({ model, processor })).toBeCloseToTensor(expected, 5e-6);
    });
    expect(webgpu()).not.toBe(old);
    expect(old.memory()).toMatchObject({ numBytesInGPU: 0, numBytesAllocatedInGPU: 0 });
  });

  const toTheEighth = () => tf.tidy(() => tf.square(tf.square(tf.square(x))));

  it.each([1, 2, 3])('at dispatch %d of a call of one’s own', async (nth) => {
    loseDeviceAt(nth);
    await leavesNoTensors(async () => {
      const y = await recovering(toTheEighth);
      expect([...(await y.data())]).toEqual([1, 256, 6561, 65536]);
      return y;
    });
  });

  it('between a call’s dispatches and its being read', async () => {
    const { device } = webgpu();
    const values = await recovering(() => {
      const y = tf.square(x);
      const reading = y.data();
      device.destroy();
      return reading.finally(() => y.dispose());
    });
    expect([...values]).toEqual([1, 4, 9, 16]);
  });

  it('in two calls at once is replaced once', async () => {
    const requests = jest.spyOn(gpu, 'requestAdapter');
    loseDeviceAt(2);
    const both = await Promise.all([recovering(toTheEighth), recovering(() => tf.square(x))]);
    expect([...(await both[0].data())]).toEqual([1, 256, 6561, 65536]);
    expect([...(await both[1].data())]).toEqual([1, 4, 9, 16]);
    expect(requests).toHaveBeenCalledTimes(1);
    tf.dispose(both);
  });

  it('is found out by a read outside recovering(), and replaced by the next call within', async () => {
    const y = tf.square(x);
    webgpu().device.destroy();
    expect(await thrown(() => y.data())).toStrictEqual(
      new DeviceLostError(
        "A tensor's values were only on the WebGPU device, which was lost. Make the call anew: " +
          'recovering(() => model.call(inputs)) of @tfjs-clip/webgpu-kernels does so by itself.',
      ),
    );
    y.dispose();
    (await recovering(toTheEighth)).dispose();
    await expect(tf.square(x)).toBeCloseToTensor([1, 4, 9, 16], 0);
  });

  it('takes weights with it that were trained there, and says which', async () => {
    const weight = tf.variable(tf.tensor2d([[1, 2]]), true, 'a.weight');
    weight.assign(tf.tidy(() => tf.square(weight)));
    webgpu().device.destroy();
    await leavesNoTensors(async () => {
      expect(await thrown(() => recovering(() => tf.square(weight)))).toStrictEqual(
        new DeviceLostError(
          'The values that a.weight was given since it was loaded were only on the WebGPU device, which was lost. ' +
            'Load the model again; savePretrained, called now and then in training, limits the loss.',
        ),
      );
    });
    const other = tf.variable(tf.tensor2d([[1, 2]]));
    const weights = new Map([
      ['text_projection.weight', other],
      ['visual_projection.weight', weight],
    ]);
    await leavesNoTensors(async () => {
      const refusal = await thrown(() => packWeights({ namedWeights: () => weights }, 'int8'));
      expect(refusal).toBeInstanceOf(DeviceLostError);
    });
    tf.dispose([weight, other]);
  });

  it('leaves packed weights as they were', async () => {
    const kernel = tf.variable(tf.tensor2d([0.5, 1, 1.5, 2], [4, 1]));
    const name = 'vision_model.encoder.layers.0.mlp.fc1.weight';
    const packed = await packWeights({ namedWeights: () => new Map([[name, kernel]]) }, 'int8');
    loseDeviceAt(1);
    const y = await recovering(() => linear(x, kernel));
    const rounded = [0.5, 1, 1.5, 2].map((weight) => (Math.round((weight / 2) * 127) / 127) * 2);
    const expected = rounded.reduce((sum, weight, i) => sum + weight * (i + 1), 0);
    await expect(y).toBeCloseToTensor([[expected]], 1e-6);
    packed.dispose();
    tf.dispose([kernel, y]);
  });

  it('leaves the tiles that were measured for its adapter', async () => {
    const product = { rows: 50, columns: 768, depth: 768 };
    const [name] = Object.keys(TILES) as TileName[];
    setChoice(webgpu().device, product, name);
    const choices = choicesFor(webgpu().device);
    loseDeviceAt(1);
    (await recovering(toTheEighth)).dispose();
    expect(choicesFor(webgpu().device)).toEqual(choices);
  });

  it('twice in a call is an error', async () => {
    const lose = () => {
      const y = tf.square(x);
      webgpu().device.destroy();
      return y;
    };
    await leavesNoTensors(async () => {
      expect(await thrown(() => recovering(lose))).toStrictEqual(
        new DeviceLostError(
          'The device was lost, and so was the one that took its place. Use smaller batches, or another backend.',
        ),
      );
    });
    (await recovering(toTheEighth)).dispose();
  });

  it('with no other leaves the work to the next backend, with one warning', async () => {
    jest.spyOn(gpu, 'requestAdapter').mockResolvedValue(null);
    const warnings = jest.spyOn(console, 'warn').mockReturnValue();
    loseDeviceAt(2);
    const y = await recovering(toTheEighth);
    expect(tf.getBackend()).toBe('cpu');
    expect([...(await y.data())]).toEqual([1, 256, 6561, 65536]);
    expect(warnings.mock.calls).toEqual([
      ['The WebGPU device was lost, and there is no other: cpu computes from now on.'],
    ]);
    y.dispose();
    jest.restoreAllMocks();
    expect(await tf.setBackend('webgpu')).toBe(true);
    await expect(tf.square(x)).toBeCloseToTensor([1, 4, 9, 16], 0);
  });

  it('is not what every error is about', async () => {
    const refusal = new Error('no');
    const refuse = () => {
      throw refusal;
    };
    const { device } = webgpu();
    expect(await thrown(() => recovering(refuse))).toBe(refusal);
    expect(webgpu().device).toBe(device);
  });
});
