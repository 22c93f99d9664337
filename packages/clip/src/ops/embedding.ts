// SPDX-License-Identifier: Apache-2.0
/** Looking rows up, and what is built on it: token embedding and picking one state a sequence. */
import * as tf from '@tensorflow/tfjs';
import { CLIPKernel } from './contracts.js';
import { dispatch } from './dispatch.js';

/**
 * tokenTable[ids] + positionTable[positions].
 *
 * @param ids int32 [batch, sequence]
 * @param positions int32 [batch | 1, sequence]
 * @returns [batch, sequence, hiddenSize]
 */
export function tokenEmbedding(
  ids: tf.Tensor2D,
  positions: tf.Tensor2D,
  tokenTable: tf.Tensor,
  positionTable: tf.Tensor,
): tf.Tensor3D {
  return dispatch(CLIPKernel.TokenEmbedding, { ids, positions, tokenTable, positionTable }, {}, () =>
    tf.add(gatherRows(tokenTable, ids), gatherRows(positionTable, positions)),
  ) as tf.Tensor3D;
}

/**
 * The state at one position of each sequence.
 *
 * @param states [batch, sequence, hiddenSize]
 * @param positions int32 [batch]
 * @returns [batch, hiddenSize]
 */
export function gatherPositions(states: tf.Tensor3D, positions: tf.Tensor1D): tf.Tensor2D {
  const [batch, sequence, hiddenSize] = states.shape;
  const rows = tf.add(tf.range(0, batch * sequence, sequence, 'int32'), positions) as tf.Tensor1D;
  return gatherRows(tf.reshape(states, [batch * sequence, hiddenSize]), rows) as tf.Tensor2D;
}

/** Rows of `table` [rows, width] at `ids` int32 [...] → [..., width]. tf.gather's own gradient needs a kernel that wasm lacks; scatterND is everywhere. */
function gatherRows(table: tf.Tensor, ids: tf.Tensor): tf.Tensor {
  const width = table.shape[1] as number;
  const lookUp = tf.customGrad((x, save) => {
    const rows = x as tf.Tensor;
    (save as tf.GradSaveFunc)([ids]);
    const value = tf.gather(rows, ids as tf.Tensor2D);
    const gradFunc = (dy: tf.Tensor, [saved]: tf.Tensor[]) =>
      tf.scatterND(tf.reshape(saved, [saved.size, 1]), tf.reshape(dy, [saved.size, width]), rows.shape);
    return { value, gradFunc };
  });
  return lookUp(table);
}
