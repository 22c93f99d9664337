// SPDX-License-Identifier: Apache-2.0
/** A checkpoint's tensors under the names of a full model, whatever prefixes the file has. */
import type { Checkpoint, CheckpointTensor } from './checkpoint.js';
import { BrokenCheckpointError } from './errors.js';
import { isPositionIds, resolveName, type Tower } from './prefixes.js';

export interface CanonicalTensors {
  tensors: Map<string, CheckpointTensor>;
  /** Those that are none of CLIP's. */
  others: CheckpointTensor[];
}

/**
 * For a conversion: rename, and write all of them. Old files' `position_ids` are left out.
 *
 * @throws BrokenCheckpointError where two tensors stand for one
 */
export function canonicalTensors(checkpoint: Checkpoint): CanonicalTensors {
  const bare = bareTower(checkpoint);
  const tensors = new Map<string, CheckpointTensor>();
  const others: CheckpointTensor[] = [];
  for (const tensor of checkpoint.tensors.values()) {
    if (isPositionIds(tensor.name)) continue;
    const { canonical } = resolveName(tensor.name, bare);
    if (canonical === null) others.push(tensor);
    else if (tensors.has(canonical)) throw twice(checkpoint, tensors.get(canonical)!, tensor);
    else tensors.set(canonical, tensor);
  }
  return { tensors, others };
}

/** Bare names are those of one tower, which its embedding tells. */
function bareTower({ tensors }: Checkpoint): Tower {
  const isText = [...tensors.keys()].some((name) => /(?:^|\.)token_embedding\.weight$/.test(name));
  return isText ? 'text_model' : 'vision_model';
}

function twice(checkpoint: Checkpoint, a: CheckpointTensor, b: CheckpointTensor): BrokenCheckpointError {
  return new BrokenCheckpointError(
    checkpoint.name,
    `'${a.name}' and '${b.name}' are one tensor of the model`,
  );
}
