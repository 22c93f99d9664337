// SPDX-License-Identifier: Apache-2.0
/** A vision tower with random weights on the webgpu backend of Node. */
import * as tf from '@tensorflow/tfjs';
import { CLIPVisionConfig, TFCLIPVisionModelWithProjection } from 'tfjs-clip';

/**
 * @param {{width: number, layers: number, batch: number}} size
 * @returns {Promise<{config: CLIPVisionConfig, forward(): tf.Tensor, read(): Promise<void>}>} `read` waits for the values
 */
export async function openTower({ width, layers, batch }) {
  await tf.setBackend('webgpu');
  await tf.ready();
  const config = new CLIPVisionConfig({
    hiddenSize: width,
    intermediateSize: 4 * width,
    numAttentionHeads: width / 64,
    numHiddenLayers: layers,
  });
  const model = new TFCLIPVisionModelWithProjection(config);
  const pixelValues = tf.randomUniform([batch, 3, config.imageSize, config.imageSize], -2, 2);
  const forward = () => tf.tidy(() => model.call({ pixelValues }).imageEmbeds);
  const read = async () => {
    const output = forward();
    await output.data();
    output.dispose();
  };
  return { config, forward, read };
}
