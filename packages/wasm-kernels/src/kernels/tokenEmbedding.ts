// SPDX-License-Identifier: Apache-2.0
import { CLIPKernel, type TokenEmbeddingInputs } from 'tfjs-clip/ops';
import { wasmKernel } from '../kernel.js';
import { sizeOf } from '../sizeOf.js';

/** tokenTable[ids] + positionTable[positions]; ids or positions may be the same for the whole batch. */
export const tokenEmbedding = wasmKernel<TokenEmbeddingInputs>(
  CLIPKernel.TokenEmbedding,
  (host, { ids, positions, tokenTable, positionTable }) => {
    const batch = Math.max(ids.shape[0], positions.shape[0]);
    const [sequence, width] = [ids.shape[1], tokenTable.shape[1]];
    const { info, pointer } = host.output([batch, sequence, width]);
    host.functions.addRowsOfTables(
      batch * sequence,
      width,
      host.pointerTo(ids),
      sizeOf(ids.shape),
      host.pointerTo(tokenTable),
      host.pointerTo(positions),
      sizeOf(positions.shape),
      host.pointerTo(positionTable),
      pointer,
    );
    return info;
  },
);
