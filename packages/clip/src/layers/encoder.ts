// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import type { AttentionResult } from '../ops/attention.js';
import type { AttentionMask } from '../ops/attentionMask.js';
import { isRecording } from '../ops/dispatch.js';
import { TFCLIPEncoderLayer } from './encoderLayer.js';
import { checkpointed } from './gradientCheckpointing.js';
import { type ForwardOptions, type TowerConfig, TowerLayer } from './towerLayer.js';

export interface EncoderResult {
  /** Output of the last block, before any final normalisation, [batch, sequence, hiddenSize]. */
  lastHiddenState: tf.Tensor3D;
  /** The input of each block, then the output of the last: numHiddenLayers + 1 tensors. */
  hiddenStates?: tf.Tensor3D[];
  attentions?: tf.Tensor4D[];
}

/** The stack of blocks. Mirrors HF TFCLIPEncoder / CLIPEncoder. */
export class TFCLIPEncoder extends TowerLayer {
  static readonly className = 'TFCLIPEncoder';
  readonly blocks: TFCLIPEncoderLayer[];
  /**
   * Whether blocks are computed again for their gradients, which saves memory. Not done where attentions are asked for, nor
   * with dropout, which would drop others the second time.
   */
  gradientCheckpointing = false;

  constructor(config: TowerConfig, path: string) {
    super(config, path);
    const block = (_: unknown, i: number) =>
      this.addChild(new TFCLIPEncoderLayer(config, `${path}/layers/${i}`));
    this.blocks = Array.from({ length: config.numHiddenLayers }, block);
  }

  /** @param embeddings [batch, sequence, hiddenSize]; stays the caller's */
  forward(embeddings: tf.Tensor3D, options: ForwardOptions & { mask?: AttentionMask } = {}): EncoderResult {
    const hiddenStates = [embeddings];
    const attentions: tf.Tensor4D[] = [];
    let current = embeddings;
    const useCheckpoints = this.usesCheckpoints(options);
    for (const block of this.blocks) {
      const output: AttentionResult = useCheckpoints
        ? { hiddenStates: checkpointed(block, current, options.mask) }
        : block.forward(current, options);
      if (!options.outputHiddenStates && current !== embeddings) current.dispose();
      current = output.hiddenStates;
      hiddenStates.push(current);
      if (output.attentions) attentions.push(output.attentions);
    }
    return {
      lastHiddenState: current,
      ...(options.outputHiddenStates && { hiddenStates }),
      ...(options.outputAttentions && { attentions }),
    };
  }

  private usesCheckpoints({ training, outputAttentions }: ForwardOptions): boolean {
    const drops = training && this.config.attentionDropout > 0;
    return this.gradientCheckpointing && !outputAttentions && !drops && isRecording();
  }

  override call(inputs: tf.Tensor | tf.Tensor[], { training }: { training?: boolean } = {}): tf.Tensor {
    return tf.tidy(() => {
      const [first, ...rest] = Array.isArray(inputs) ? inputs : [inputs];
      return this.blocks.reduce((x, block) => block.call([x, ...rest], { training }), first);
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as tf.Shape;
  }
}
