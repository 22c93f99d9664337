// SPDX-License-Identifier: Apache-2.0
/** onnxruntime's native library, on the CPU. */
import ort from 'onnxruntime-node';
import { onnxPeer } from './onnxruntime.mjs';

export default function createPeer({ threads }) {
  const options = { executionProviders: ['cpu'], intraOpNumThreads: threads };
  const open = (model) => ort.InferenceSession.create(model, options);
  return onnxPeer(ort, open);
}
