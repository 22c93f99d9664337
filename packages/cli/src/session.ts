// SPDX-License-Identifier: Apache-2.0
/** What every command does first: start a backend, load a pipeline, and say so. */
import { type BackendName, type Pipelines, type PipelineTask, pipeline } from 'tfjs-clip';
import { useBackend } from './backend.js';
import type { Terminal } from './terminal.js';
import { withTransferProgress } from './transferProgress.js';

export interface SessionFlags {
  model: string;
  backend?: BackendName;
}

export interface Session<Task extends PipelineTask> {
  backend: BackendName;
  pipeline: Pipelines[Task];
}

export async function openSession<Task extends PipelineTask>(
  task: Task,
  { model, backend: wanted }: SessionFlags,
  terminal: Terminal,
): Promise<Session<Task>> {
  const backend = await useBackend(wanted, (text) => terminal.remark(text));
  terminal.remark(`backend: ${backend}`);
  const loaded = await withTransferProgress(`loading ${model}`, terminal, (progressCallback) =>
    pipeline(task, model, { progressCallback }),
  );
  for (const note of loaded.model.notes) terminal.remark(`note: ${note}`);
  return { backend, pipeline: loaded };
}
