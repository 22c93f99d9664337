// SPDX-License-Identifier: Apache-2.0
/** The program of classify.mjs, which requires. */
const tf = require('@tensorflow/tfjs');
require('@tensorflow/tfjs-backend-wasm');
const { copiesOfTfjs, registrations } = require('./notice.cjs');

const before = registrations(tf);
const { pipeline } = require('tfjs-clip');
const registered = registrations(tf) - before;

main(...process.argv.slice(2));

async function main(labels, ...files) {
  await tf.setBackend('wasm');
  const classify = await pipeline('zero-shot-image-classification', 'emoji-clip');
  const scores = await classify(files, JSON.parse(labels));
  classify.dispose();
  console.log(
    JSON.stringify({ scores, registered, copies: copiesOfTfjs(), tensors: tf.memory().numTensors }),
  );
}
