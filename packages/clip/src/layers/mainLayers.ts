// SPDX-License-Identifier: Apache-2.0
/** The layers that hold a whole model's weights under the names of its checkpoint. Mirror HF TFCLIP…MainLayer. */

import type * as tf from '@tensorflow/tfjs';
import type { CLIPConfig, CLIPTextConfig, CLIPVisionConfig } from '../configuration/index.js';
import { CompositeLayer } from './compositeLayer.js';
import { constant, projection } from './initializers.js';
import { CLIPLinear } from './linear.js';
import { TFCLIPTextTransformer } from './textTransformer.js';
import { TFCLIPVisionTransformer } from './visionTransformer.js';

/** The text tower, and with `project` its bias-free projection to the tower's own projectionDim. */
export class TFCLIPTextMainLayer extends CompositeLayer {
  static readonly className = 'TFCLIPTextMainLayer';
  readonly textModel: TFCLIPTextTransformer;
  readonly textProjection?: CLIPLinear;

  constructor(config: CLIPTextConfig, project = false) {
    super('', 'clip_text');
    this.textModel = this.addChild(new TFCLIPTextTransformer(config, 'text_model'));
    if (project) this.textProjection = this.addChild(projectionLayer('text_projection', config, config));
  }
}

/** The vision tower, and with `project` its bias-free projection to the tower's own projectionDim. */
export class TFCLIPVisionMainLayer extends CompositeLayer {
  static readonly className = 'TFCLIPVisionMainLayer';
  readonly visionModel: TFCLIPVisionTransformer;
  readonly visualProjection?: CLIPLinear;

  constructor(config: CLIPVisionConfig, project = false) {
    super('', 'clip_vision');
    this.visionModel = this.addChild(new TFCLIPVisionTransformer(config, 'vision_model'));
    if (project) this.visualProjection = this.addChild(projectionLayer('visual_projection', config, config));
  }
}

/** Both towers, their projections to the top-level projectionDim, and the temperature. */
export class TFCLIPMainLayer extends CompositeLayer {
  static readonly className = 'TFCLIPMainLayer';
  readonly textModel: TFCLIPTextTransformer;
  readonly visionModel: TFCLIPVisionTransformer;
  readonly visualProjection: CLIPLinear;
  readonly textProjection: CLIPLinear;

  constructor(config: CLIPConfig) {
    super('', 'clip');
    const { textConfig, visionConfig } = config;
    this.declareWeight('logit_scale', [], constant(config.logitScaleInitValue));
    this.textModel = this.addChild(new TFCLIPTextTransformer(textConfig, 'text_model'));
    this.visionModel = this.addChild(new TFCLIPVisionTransformer(visionConfig, 'vision_model'));
    this.visualProjection = this.addChild(projectionLayer('visual_projection', visionConfig, config));
    this.textProjection = this.addChild(projectionLayer('text_projection', textConfig, config));
  }

  /** The natural logarithm of the factor on the cosines, []. */
  get logitScale(): tf.Tensor {
    return this.weight('logit_scale');
  }
}

/** The vision tower with a linear classifier. Mirrors HF CLIPForImageClassification. */
export class TFCLIPImageClassificationMainLayer extends CompositeLayer {
  static readonly className = 'TFCLIPImageClassificationMainLayer';
  readonly visionModel: TFCLIPVisionTransformer;
  readonly classifier: CLIPLinear;

  constructor({ visionConfig, numLabels, initializerFactor }: CLIPConfig) {
    super('', 'clip_image_classification');
    const { hiddenSize } = visionConfig;
    this.visionModel = this.addChild(new TFCLIPVisionTransformer(visionConfig, 'vision_model'));
    const initializer = projection(hiddenSize, initializerFactor);
    this.classifier = this.addChild(new CLIPLinear('classifier', hiddenSize, numLabels, initializer));
  }
}

function projectionLayer(
  path: string,
  { hiddenSize }: { hiddenSize: number },
  { projectionDim, initializerFactor }: { projectionDim: number; initializerFactor: number },
): CLIPLinear {
  return new CLIPLinear(path, hiddenSize, projectionDim, projection(hiddenSize, initializerFactor), false);
}
