// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import type { CompositeLayer } from '../../packages/clip/src/layers/compositeLayer.js';
import { leavesNoTensors } from './leaks.js';

export interface LayerCase {
  make: () => CompositeLayer;
  /** Without the batch, as tf.input takes them; ids are int32. */
  inputs: { shape: (number | null)[]; dtype?: 'int32' }[];
  /** What `call` is given: a batch for each of `inputs`. */
  tensors: () => tf.Tensor[];
}

/**
 * What every layer must hold: alone in a tf.LayersModel it computes what its `call` computes, has the output shape that it
 * announces, is the same after saving and loading, and leaves no tensors.
 */
export async function checkLayer({ make, inputs, tensors }: LayerCase): Promise<void> {
  await leavesNoTensors(async () => {
    const layer = make();
    const symbols = inputs.map(({ shape, dtype }) => tf.input({ shape, dtype }));
    const model = tf.model({ inputs: symbols, outputs: layer.apply(only(symbols)) as tf.SymbolicTensor });
    const given = tensors();
    const direct = layer.call(only(given), {}) as tf.Tensor;
    const predicted = model.predict(only(given)) as tf.Tensor;
    await expect(predicted).toBeCloseToTensor(direct, 1e-6);
    const announced = layer.computeOutputShape(only(given.map(({ shape }) => shape)) as tf.Shape);
    expect(announced).toEqual(direct.shape);
    const reloaded = await tf.loadLayersModel(tf.io.fromMemory(await artifactsOf(model)));
    const again = reloaded.predict(only(given)) as tf.Tensor;
    expect(await again.data()).toEqual(await predicted.data());
    expect(reloaded.getWeights().map(({ shape }) => shape)).toEqual(
      model.getWeights().map(({ shape }) => shape),
    );
    layer.disposeVariables();
    reloaded.dispose();
    return [given, direct, predicted, again];
  });
}

/** tfjs-layers takes one input bare and several as a list. */
function only<T>(list: T[]): T | T[] {
  return list.length === 1 ? list[0] : list;
}

export function artifactsOf(model: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
  return new Promise((done, fail) => {
    const keep = async (artifacts: tf.io.ModelArtifacts): Promise<tf.io.SaveResult> => {
      done(artifacts);
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    };
    model.save(tf.io.withSaveHandler(keep)).catch(fail);
  });
}
