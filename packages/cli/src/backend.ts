// SPDX-License-Identifier: Apache-2.0
/** Starts what tfjs computes with, as fits a command: tfjs and libtensorflow keep their advice to themselves. */
import * as tf from '@tensorflow/tfjs';
import { type BackendName, useBackend as chooseBackend } from 'tfjs-clip';

/**
 * Makes a backend current and returns its name.
 *
 * @param backend without it, the fastest that is installed and works
 * @param remark told of a backend that is installed and cannot be used
 */
export function useBackend(
  backend: BackendName | undefined,
  remark: (text: string) => void,
): Promise<BackendName> {
  tf.enableProdMode(); // No banner that recommends another backend.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'; // libtensorflow: errors only.
  return chooseBackend({ backend, onWarning: (text) => remark(`warning: ${text}`) });
}
