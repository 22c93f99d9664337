// SPDX-License-Identifier: Apache-2.0
/** Both towers at ViT-B/32's shapes with random weights, and the backend's own matmul peak, on the current backend. */
import * as tf from '@tensorflow/tfjs';
import {
  CLIPTextConfig,
  CLIPVisionConfig,
  TFCLIPTextModelWithProjection,
  TFCLIPVisionModelWithProjection,
} from 'tfjs-clip';
import { textFlops, visionFlops } from './flops.mjs';
import { time } from './timing.mjs';

const BATCHES = [1, 8];
const PEAK_SIZES = [512, 1024, 1536];

/** @returns {Promise<object[]>} a row a measurement: what, batch, median and fastest in ms, GFLOP a call */
export async function measureTowers(seconds, onRow) {
  const rows = [];
  const add = async (what, batch, flops, call) => {
    const row = { what, batch, gigaflop: (flops * batch) / 1e9, ...(await time(call, seconds)) };
    rows.push(row);
    onRow(row);
  };
  await measureVision(add);
  await measureText(add);
  return rows;
}

/** GFLOP/s of the fastest square matrix product: what this backend reaches on this machine at best. */
export async function matmulPeak(seconds) {
  let peak = 0;
  for (const size of PEAK_SIZES) {
    const [a, b] = [tf.randomUniform([size, size], -1, 1), tf.randomUniform([size, size], -1, 1)];
    const { fastest } = await time(() => readAndDispose(tf.matMul(a, b)), seconds);
    peak = Math.max(peak, (2 * size ** 3) / fastest / 1e6);
    tf.dispose([a, b]);
  }
  return peak;
}

async function measureVision(add) {
  const config = new CLIPVisionConfig();
  const model = new TFCLIPVisionModelWithProjection(config);
  for (const batch of BATCHES) {
    const pixelValues = tf.randomUniform(
      [batch, config.numChannels, config.imageSize, config.imageSize],
      -2,
      2,
    );
    await add('vision tower', batch, visionFlops(config), () =>
      forward(model, { pixelValues }, 'imageEmbeds'),
    );
    pixelValues.dispose();
  }
  model.dispose();
}

async function measureText(add) {
  const config = new CLIPTextConfig();
  const model = new TFCLIPTextModelWithProjection(config);
  const sequence = config.maxPositionEmbeddings;
  for (const batch of BATCHES) {
    const inputIds = tf.randomUniform([batch, sequence], 0, config.vocabSize, 'int32');
    const flops = textFlops(config, sequence);
    await add('text tower', batch, flops, () => forward(model, { inputIds }, 'textEmbeds'));
    inputIds.dispose();
  }
  model.dispose();
}

function forward(model, inputs, field) {
  const embeds = tf.tidy(() => model.call(inputs)[field]);
  return readAndDispose(embeds);
}

async function readAndDispose(tensor) {
  await tensor.data();
  tensor.dispose();
}
