// SPDX-License-Identifier: Apache-2.0
/** Compiles if the types that `import` sees are there, and are no `any`. */
import * as tf from '@tensorflow/tfjs';
import { main } from '@tfjs-clip/cli';
import { files } from '@tfjs-clip/emoji-clip';
import { openSource } from '@tfjs-clip/safetensors';
import { type Checkpoint, openCheckpoint } from '@tfjs-clip/weights-converter';
import { CLIPProcessor, type LabelScore, pipeline, TFCLIPModel } from 'tfjs-clip';
import { CLIPKernel, type LinearInputs } from 'tfjs-clip/ops';

const classify = await pipeline('zero-shot-image-classification', 'emoji-clip');
export const scores: LabelScore[] = await classify('sun.png', ['the sun', 'a house']);
// @ts-expect-error
export const notScores: number = await classify('sun.png', ['the sun']);

const model = await TFCLIPModel.fromPretrained('emoji-clip');
const processor = await CLIPProcessor.fromPretrained('emoji-clip');
const inputs = await processor.call({ text: ['the sun'], images: 'sun.png', padding: true });
export const probabilities: tf.Tensor = tf.softmax(model.call(inputs).logitsPerImage);

export const config: URL = files['config.json'];
export const size: number = (await openSource(config)).size;
export const open: (files: Parameters<typeof openCheckpoint>[0]) => Promise<Checkpoint> = openCheckpoint;
export const kernel: keyof LinearInputs | typeof CLIPKernel.Linear = CLIPKernel.Linear;
export const exitCode: number = await main(['--help']);
