// SPDX-License-Identifier: Apache-2.0
/** Compiles if the types that `require` sees are there, and are no `any`. */
import tf = require('@tensorflow/tfjs');
import cli = require('@tfjs-clip/cli');
import emojiClip = require('@tfjs-clip/emoji-clip');
import safetensors = require('@tfjs-clip/safetensors');
import converter = require('@tfjs-clip/weights-converter');
import clip = require('tfjs-clip');
import ops = require('tfjs-clip/ops');

async function classify(): Promise<clip.LabelScore[]> {
  const pipeline = await clip.pipeline('zero-shot-image-classification', 'emoji-clip');
  // @ts-expect-error
  const notScores: number = await pipeline('sun.png', ['the sun']);
  console.log(notScores);
  return pipeline('sun.png', ['the sun', 'a house']);
}

async function probabilities(): Promise<tf.Tensor> {
  const model = await clip.TFCLIPModel.fromPretrained('emoji-clip');
  const processor = await clip.CLIPProcessor.fromPretrained('emoji-clip');
  const inputs = await processor.call({ text: ['the sun'], images: 'sun.png', padding: true });
  return tf.softmax(model.call(inputs).logitsPerImage);
}

async function others(): Promise<[number, number, string]> {
  const source = await safetensors.openSource(emojiClip.files['config.json']);
  const open: (files: converter.CheckpointFiles) => Promise<converter.Checkpoint> = converter.openCheckpoint;
  return [source.size, await cli.main(['--help']), `${open.name} ${ops.CLIPKernel.Linear}`];
}

export = { classify, probabilities, others };
