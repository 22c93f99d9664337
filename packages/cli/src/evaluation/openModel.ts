// SPDX-License-Identifier: Apache-2.0
import { CLIPProcessor, TFCLIPModel } from 'tfjs-clip';
import { useBackend } from '../backend.js';
import type { ModelFlags } from '../commands/options.js';
import type { Terminal } from '../terminal.js';
import { withTransferProgress } from '../transferProgress.js';

export interface OpenModel {
  backend: string;
  model: TFCLIPModel;
  processor: CLIPProcessor;
}

/** The model is the caller's to dispose. */
export async function openModel(flags: ModelFlags, terminal: Terminal): Promise<OpenModel> {
  const backend = await useBackend(flags.backend, (text) => terminal.remark(text));
  terminal.remark(`backend: ${backend}`);
  const processor = await CLIPProcessor.fromPretrained(flags.model);
  const model = await withTransferProgress(`loading ${flags.model}`, terminal, (progressCallback) =>
    TFCLIPModel.fromPretrained(flags.model, { progressCallback }),
  );
  for (const note of model.notes) terminal.remark(`note: ${note}`);
  return { backend, model, processor };
}
