// SPDX-License-Identifier: Apache-2.0
/** A program that imports. Arguments: labels as JSON, then picture files. Prints what it computed and what it noticed. */
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { copiesOfTfjs, registrations } from './notice.cjs';

const before = registrations(tf);
const { pipeline } = await import('tfjs-clip');
const registered = registrations(tf) - before;

await tf.setBackend('wasm');
const [labels, ...files] = process.argv.slice(2);
const classify = await pipeline('zero-shot-image-classification', 'emoji-clip');
const scores = await classify(files, JSON.parse(labels));
classify.dispose();
console.log(JSON.stringify({ scores, registered, copies: copiesOfTfjs(), tensors: tf.memory().numTensors }));
