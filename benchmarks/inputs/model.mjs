// SPDX-License-Identifier: Apache-2.0
/** A CLIP of ViT-B/32's size with random weights, and CLIP's own vocabulary. */
import * as tf from '@tensorflow/tfjs';
import { CLIPConfig, CLIPImageProcessor, CLIPProcessor, CLIPTokenizer, TFCLIPModel } from 'tfjs-clip';
import { clipVocabulary } from './vocabulary.mjs';

export async function writeModel(folder) {
  await tf.setBackend('cpu');
  const model = new TFCLIPModel(new CLIPConfig());
  disturb(model);
  await model.savePretrained(folder);
  const tokenizer = new CLIPTokenizer({ ...(await clipVocabulary()), modelMaxLength: 77 });
  const processor = new CLIPProcessor({ imageProcessor: new CLIPImageProcessor(), tokenizer });
  await processor.savePretrained(folder);
  model.dispose();
}

/** New biases are zero and new gains one, so a peer could leave them out unnoticed. */
function disturb(model) {
  let seed = 0;
  for (const variable of model.namedWeights().values()) {
    if (variable.rank !== 1) continue;
    const changed = tf.tidy(() =>
      tf.add(variable, tf.randomNormal(variable.shape, 0, 0.02, 'float32', ++seed)),
    );
    variable.assign(changed);
    changed.dispose();
  }
}
