// SPDX-License-Identifier: Apache-2.0
/**
 * Chooses backends and computes with them. Arguments: the options of each choice as JSON. Prints what came of them, and
 * ends by itself.
 */
import * as tf from '@tensorflow/tfjs';
import { useBackend } from 'tfjs-clip';
import { CLIPKernel } from 'tfjs-clip/ops';
import { copiesOfTfjs } from './notice.cjs';

tf.enableProdMode();
const outcomes = [];
for (const options of process.argv.slice(2).map((text) => JSON.parse(text))) {
  const warnings = [];
  const onWarning = (text) => warnings.push(text);
  outcomes.push({ ...(await choose({ ...options, onWarning }).catch(told)), warnings });
}
console.log(JSON.stringify({ outcomes, copies: copiesOfTfjs().length }));

async function choose(options) {
  const backend = await useBackend(options);
  const product = tf.matMul(tf.ones([40, 40]), tf.ones([40, 40]));
  const [value] = await product.data();
  product.dispose();
  const tfName = tf.getBackend();
  return { backend, tfName, value, hasKernels: Boolean(tf.getKernel(CLIPKernel.LayerNorm, tfName)) };
}

function told({ name, message }) {
  return { error: `${name}: ${message}` };
}
