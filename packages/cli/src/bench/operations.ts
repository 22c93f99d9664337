// SPDX-License-Identifier: Apache-2.0
/** What a call is made of, added up by operation. */
import * as tf from '@tensorflow/tfjs';

export interface Operation {
  /** A kernel of tfjs such as 'Softmax', ours such as 'CLIPLinear', or on webgpu a program such as 'Linear'. */
  name: string;
  /** How often it ran; on webgpu the number of dispatches. */
  calls: number;
  /** Of its outputs. */
  bytes: number;
  /** Of all its calls; null where the backend cannot tell. */
  microseconds: number | null;
}

/** One run of an operation; `milliseconds` is null where the backend cannot tell. */
type Run = Omit<Operation, 'calls' | 'microseconds'> & { milliseconds: number | null };

/** What `profileDispatches` of @tfjs-clip/webgpu-kernels gives. */
export interface Dispatch {
  program: string;
  bytesWritten: number;
  milliseconds: number;
}

/** tfjs lists under this name what is made of kernels, which it lists too. */
const COMPOSITE = 'unnamed scope';

/** Kernels as tfjs times them, on any backend. */
export async function profileKernels(forward: () => tf.Tensor): Promise<Operation[]> {
  const { kernels } = await tf.profile(() => {
    forward().dispose();
    return [];
  });
  const runs = kernels
    .filter(({ name }) => name !== COMPOSITE)
    .map(({ name, bytesAdded, kernelTimeMs }) => ({
      name,
      bytes: bytesAdded,
      milliseconds: typeof kernelTimeMs === 'number' ? kernelTimeMs : null,
    }));
  return addUp(runs);
}

/** Dispatches without any time are those of a device that has no timestamp queries. */
export function operationsOf(dispatches: readonly Dispatch[]): Operation[] {
  const areTimed = dispatches.some(({ milliseconds }) => milliseconds > 0);
  return addUp(
    dispatches.map(({ program, bytesWritten, milliseconds }) => ({
      name: program.replace(/(Program)?(\$\d+)?$/, ''), // Bundlers number classes of the same name.
      bytes: bytesWritten,
      milliseconds: areTimed ? milliseconds : null,
    })),
  );
}

/** The dearest first: by time, or by bytes where there are no times. */
function addUp(runs: readonly Run[]): Operation[] {
  const operations = new Map<string, Operation>();
  for (const { name, bytes, milliseconds } of runs) {
    const sum = operations.get(name) ?? { name, calls: 0, bytes: 0, microseconds: 0 };
    const isTimed = sum.microseconds !== null && milliseconds !== null;
    operations.set(name, {
      name,
      calls: sum.calls + 1,
      bytes: sum.bytes + bytes,
      microseconds: isTimed ? sum.microseconds! + 1000 * milliseconds : null,
    });
  }
  return [...operations.values()].sort(
    (a, b) => (b.microseconds ?? 0) - (a.microseconds ?? 0) || b.bytes - a.bytes,
  );
}
