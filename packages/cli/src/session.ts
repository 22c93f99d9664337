// SPDX-License-Identifier: Apache-2.0
/** What every command does first: start a backend, load a pipeline, and say so. */
import { type BackendName, type Pipelines, type PipelineTask, type ProgressEvent, pipeline } from 'tfjs-clip';
import { useBackend } from './backend.js';
import { Progress } from './render/progress.js';
import type { Terminal } from './terminal.js';

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
  const progress = new Progress(terminal.statusLine, `loading ${model}`, ' MB');
  try {
    const progressCallback = ({ status, loaded = 0, total = 0 }: ProgressEvent) => {
      if (status === 'progress') progress.update(loaded / 1e6, total / 1e6);
    };
    const loaded = await pipeline(task, model, { progressCallback });
    for (const note of loaded.model.notes) terminal.remark(`note: ${note}`);
    return { backend, pipeline: loaded };
  } finally {
    progress.end();
  }
}
