// SPDX-License-Identifier: Apache-2.0
/** Everything that is measured of a tower at one batch size. */
import type { Tensor } from '@tensorflow/tfjs';
import type { TFCLIPModel } from 'tfjs-clip';
import type { Operation } from './operations.js';
import { type Timing, timeCalls } from './timing.js';
import { type TowerName, towerCall } from './towerCall.js';

export interface Measurement {
  tower: TowerName;
  batch: number;
  /** Pictures or texts a second. */
  perSecond: number;
  milliseconds: Timing;
  gigaflopsPerSecond: number;
  operations?: Operation[];
}

export interface MeasureOptions {
  tower: TowerName;
  batch: number;
  seconds: number;
  /** Adds the operations of a call. */
  profile?: (forward: () => Tensor) => Promise<Operation[]>;
  onCall?: (elapsed: number) => void;
}

export async function measureTower(
  model: TFCLIPModel,
  { tower, batch, seconds, profile, onCall }: MeasureOptions,
): Promise<Measurement> {
  const { flops, forward, dispose } = towerCall(model, tower, batch);
  try {
    const milliseconds = await timeCalls(forward, seconds, onCall);
    const { median } = milliseconds;
    return {
      tower,
      batch,
      perSecond: (1000 * batch) / median,
      milliseconds,
      gigaflopsPerSecond: flops / median / 1e6,
      ...(profile && { operations: await profile(forward) }),
    };
  } finally {
    dispose();
  }
}
