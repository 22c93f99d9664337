// SPDX-License-Identifier: Apache-2.0
/** Less memory in training for a second forward pass. Chen et al. 2016, §4, with a checkpoint before every block. */
import * as tf from '@tensorflow/tfjs';
import type { AttentionMask } from '../ops/attentionMask.js';
import { type CompositeLayer, currentWeight, withWeights } from './compositeLayer.js';

/** A layer from states to states of the same shape. */
type Block = CompositeLayer & {
  forward(hiddenStates: tf.Tensor3D, options: { mask?: AttentionMask }): { hiddenStates: tf.Tensor3D };
};

/**
 * What the block makes of its input. While gradients are recorded only the input is kept, not what is computed on the way;
 * when the gradient is asked for, the block is computed again.
 */
export function checkpointed(block: Block, hiddenStates: tf.Tensor3D, mask?: AttentionMask): tf.Tensor3D {
  const slots = block.weightSlots();
  const run = ([x, ...weights]: tf.Tensor[], seen?: AttentionMask) =>
    withWeights(
      new Map(slots.map((slot, i) => [slot, weights[i]])),
      () => block.forward(x as tf.Tensor3D, { mask: seen }).hiddenStates,
    );
  const compute = tf.customGrad((...args) => {
    const save = args.pop() as unknown as tf.GradSaveFunc;
    const [x, ...weights] = args as tf.Tensor[];
    save([x, ...weights, ...tensorsOf(mask)]); // Weights passed in may live no longer than the forward pass.
    return {
      value: run([x, ...weights], mask),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [inputs, masks] = [saved.slice(0, args.length), saved.slice(args.length)];
        return nestedGradients((...given) => run(given, withTensors(mask, masks)), inputs, dy);
      },
    };
  });
  return compute(hiddenStates, ...slots.map(currentWeight)) as tf.Tensor3D;
}

function tensorsOf(mask?: AttentionMask): tf.Tensor[] {
  return mask ? [mask.bias, ...(mask.keyMask ? [mask.keyMask] : [])] : [];
}

function withTensors(
  mask: AttentionMask | undefined,
  [bias, keyMask]: tf.Tensor[],
): AttentionMask | undefined {
  return mask && { ...mask, bias: bias as tf.Tensor4D, keyMask: keyMask as tf.Tensor2D | undefined };
}

/** tf.grads within a gradient: tfjs has one tape, which a second recording would take from the first. */
function nestedGradients(
  compute: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: tf.Tensor[],
  dy: tf.Tensor,
): tf.Tensor[] {
  const { state } = tf.engine();
  const { activeTape } = state;
  try {
    return tf.engine().gradients(() => compute(...inputs), inputs, dy).grads;
  } finally {
    state.activeTape = activeTape;
  }
}
