// SPDX-License-Identifier: Apache-2.0
/** A tower of the wanted size, measured as `tfjs-clip bench` measures. */
import * as tf from '@tensorflow/tfjs';
import { profileDispatches } from '@tfjs-clip/webgpu-kernels';
import { CLIPConfig, TFCLIPModel } from 'tfjs-clip';
import { type Measurement, measureTower } from '../../packages/cli/src/bench/measureTower.js';
import { operationsOf, profileKernels } from '../../packages/cli/src/bench/operations.js';
import type { TowerName } from '../../packages/cli/src/bench/towerCall.js';

export interface Wanted {
  tower: TowerName;
  batch: number;
  width: number;
  layers: number;
  seconds: number;
}

/** On the current backend. */
export async function measure({ tower, batch, seconds, ...size }: Wanted): Promise<Measurement> {
  const model = new TFCLIPModel(configOf(tower, size));
  try {
    const profile = async (forward: () => tf.Tensor) =>
      tf.getBackend() === 'webgpu'
        ? operationsOf(await profileDispatches(forward))
        : await profileKernels(forward);
    return await measureTower(model, { tower, batch, seconds, profile });
  } finally {
    model.dispose();
  }
}

/** The tower that is measured, with heads of 64 as all CLIPs have; the other as small as can be. */
function configOf(tower: TowerName, { width, layers }: Pick<Wanted, 'width' | 'layers'>): CLIPConfig {
  const wanted = {
    hiddenSize: width,
    intermediateSize: 4 * width,
    numAttentionHeads: width / 64,
    numHiddenLayers: layers,
  };
  const small = { hiddenSize: 8, intermediateSize: 8, numAttentionHeads: 1, numHiddenLayers: 1 };
  return tower === 'vision'
    ? new CLIPConfig({ visionConfig: wanted, textConfig: { ...small, vocabSize: 8 } })
    : new CLIPConfig({ textConfig: wanted, visionConfig: small });
}
