// SPDX-License-Identifier: Apache-2.0
/** Which tensor of a checkpoint is which of the model's: all of them fit, or one error says everything that does not. */
import type { Checkpoint, CheckpointTensor } from './checkpoint.js';
import { CheckpointMismatchError, type Mismatch } from './errors.js';
import { isPositionIds, resolveName, type Tower } from './prefixes.js';

export interface ExpectedTensor {
  /** As in a full model: 'text_model.encoder.layers.0.self_attn.q_proj.weight', 'logit_scale', 'classifier.bias'. */
  name: string;
  /** In our layout. */
  shape: number[];
}

/**
 * Keyed by the expected names, in their order. Finds them under the full model's names, a tower's bare names (when `tower` is
 * given), and behind a leading `clip.` or `model.`. Ignores `position_ids`, and, when `tower` is given, what a full checkpoint
 * holds besides that tower. Reads no data.
 * @throws CheckpointMismatchError with all missing, unexpected, mis-shaped and ambiguous tensors.
 */
export function matchCheckpoint(
  checkpoint: Checkpoint,
  expected: readonly ExpectedTensor[],
  tower?: Tower,
): Map<string, CheckpointTensor> {
  const candidates = new Map<string, CheckpointTensor[]>(expected.map(({ name }) => [name, []]));
  const examples = new Map<string, string>();
  const unexpected: string[] = [];
  for (const tensor of checkpoint.tensors.values()) {
    if (isPositionIds(tensor.name)) continue;
    const { canonical, convention } = resolveName(tensor.name, tower);
    if (canonical !== null && tower && isElsewhere(canonical, tower) && !candidates.has(canonical)) continue;
    if (convention !== null && !examples.has(convention)) examples.set(convention, tensor.name);
    const found = canonical === null ? undefined : candidates.get(canonical);
    if (found) found.push(tensor);
    else unexpected.push(tensor.name);
  }
  const mismatch: Mismatch = {
    missing: expected.map(({ name }) => name).filter((name) => candidates.get(name)!.length === 0),
    unexpected,
    misshapen: expected.flatMap(({ name, shape }) => misshapen(name, shape, candidates.get(name)!)),
    ambiguous: [...candidates]
      .filter(([, tensors]) => tensors.length > 1)
      .map(([name, tensors]) => ({ name, sources: tensors.map((tensor) => tensor.name) })),
    mixedNames: examples.size > 1 ? [...examples.values()] : [],
  };
  if (Object.values(mismatch).some((list) => list.length > 0)) {
    throw new CheckpointMismatchError(checkpoint.name, mismatch);
  }
  return new Map([...candidates].map(([name, [tensor]]) => [name, tensor]));
}

/** The other tower, the projections, logit_scale and a classifier: there to be left when only `tower` is wanted. */
function isElsewhere(canonical: string, tower: Tower): boolean {
  return !canonical.startsWith(`${tower}.`);
}

function misshapen(name: string, shape: number[], tensors: readonly CheckpointTensor[]) {
  return tensors
    .filter((tensor) => String(tensor.shape) !== String(shape) || tensor.shape.length !== shape.length)
    .map((tensor) => ({ name, expected: shape, found: tensor.shape }));
}
