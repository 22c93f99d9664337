/** @jest-environment ./test/webgpu/dawnEnvironment.cjs */
// SPDX-License-Identifier: Apache-2.0
/** Shaders compiled ahead: the first call compiles none, its numbers are right, and a page can show how far it is. */
import * as tf from '@tensorflow/tfjs';
import type { WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu';
import { type CompileEvent, compileShaders } from '@tfjs-clip/webgpu-kernels';
import { BackendError, TFCLIPModel } from 'tfjs-clip';
import { Fixture, modelFolder, withModel } from '../harness/fixture.js';
import { leavesNoTensors } from '../harness/leaks.js';
import { thrown } from '../harness/thrown.js';
import { describeWebGPU, webgpu } from './describeWebGPU.js';

describeWebGPU('shaders compiled ahead', () => {
  it('leave none to the first call', async () => {
    const fixture = await Fixture.read('clip-quick-gelu');
    await withModel(TFCLIPModel.fromPretrained(modelFolder('clip-quick-gelu')), async (model) => {
      const inputs = fixture.inputs('base');
      const { device } = webgpu();
      const createPipeline = jest.spyOn(device, 'createComputePipeline');
      const createPipelineAsync = jest.spyOn(device, 'createComputePipelineAsync');
      const events: CompileEvent[] = [];
      let compiled = 0;
      await leavesNoTensors(async () => {
        const progressCallback = (event: CompileEvent) => void events.push(event);
        compiled = await compileShaders(() => outputsOf(model, inputs), { progressCallback });
      });
      expect(compiled).toBeGreaterThan(5);
      expect(createPipelineAsync).toHaveBeenCalledTimes(compiled);
      expect(events).toEqual([
        ...Array.from({ length: compiled }, (_, i) => event('progress', i + 1, compiled)),
        event('ready', compiled, compiled),
      ]);
      createPipelineAsync.mockClear();
      const output = model.call(inputs);
      const expected = fixture.get('base.logits_per_image').values;
      await expect(output.logitsPerImage).toBeCloseToTensor(expected, 5e-6);
      output.dispose();
      expect(createPipeline).not.toHaveBeenCalled();
      expect(createPipelineAsync).not.toHaveBeenCalled();
      expect(await compileShaders(() => outputsOf(model, inputs))).toBe(0);
    });
  });

  it('and found wrong are an error each time', async () => {
    const { device } = webgpu();
    const run = () => {
      const info = webgpu().runWebGPUProgram(new WrongProgram(), [x], 'float32');
      return tf.engine().makeTensorFromTensorInfo(info);
    };
    const x = tf.ones([4]);
    await leavesNoTensors(async () => {
      for (let i = 0; i < 2; i++) {
        device.pushErrorScope('validation');
        await expect(compileShaders(run)).rejects.toThrow('WrongProgram');
        await device.popErrorScope();
      }
    });
    x.dispose();
  });

  it('are refused on another backend', async () => {
    await tf.setBackend('cpu');
    expect(await thrown(() => compileShaders(() => tf.zeros([1])))).toStrictEqual(
      new BackendError('Shaders are compiled for the webgpu backend, but cpu is in use: set it first.'),
    );
    await tf.setBackend('webgpu');
  });
});

class WrongProgram implements WebGPUProgram {
  outputShape = [4];
  shaderKey = 'wrong';
  dispatch: [number, number, number] = [1, 1, 1];
  dispatchLayout = { x: [0] };
  variableNames = ['x'];
  workgroupSize: [number, number, number] = [4, 1, 1];
  getUserCode = () => 'fn main(index : i32) { result[index] = x[index] + nothing; }';
}

function outputsOf(model: TFCLIPModel, inputs: Parameters<TFCLIPModel['call']>[0]): tf.TensorContainer {
  return model.call(inputs) as object as tf.TensorContainer;
}

function event(status: CompileEvent['status'], loaded: number, total: number): CompileEvent {
  return { status, name: 'shaders', loaded, total, progress: (100 * loaded) / total };
}
