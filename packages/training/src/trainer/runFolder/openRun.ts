// SPDX-License-Identifier: Apache-2.0
/**
 * A folder that keeps a run:
 *
 *     checkpoint-200/         a model as Hugging Face keeps it, and what training goes on from:
 *       training_state.safetensors, trainer_state.json
 *     model/                  what came out: the best checkpoint's model, or the last one's
 *     settings.json           what it was asked to do
 *     log.jsonl               a line a step
 *     events.out.tfevents.…   the same for TensorBoard
 *     report.html             the same as curves
 */

import { type CLIPProcessor, InvalidArgumentError } from 'tfjs-clip';
import { runFiles } from '#runFiles';
import type { Trainable } from '../../adaptation/trainable.js';
import type { EvaluationLogs, StepLogs } from '../callbacks.js';
import { reportHTML, type SamplePrediction } from '../report/report.js';
import type { Checkpoint, Position, SavedState, TrainingRun } from '../run.js';
import { fileHeader, scalarRecord } from '../tensorBoard/eventFile.js';
import { eventOf } from '../tensorBoard/eventsOf.js';
import { Checkpoints } from './checkpoints.js';
import { appendLog, type LogEntry, readLog, truncateLog } from './log.js';
import { checkSettings, readSettings, type Settings, writeSettings } from './settings.js';

export interface RunOptions {
  /** Saved with each checkpoint, so that `fromPretrained` finds all it needs. */
  processor?: CLIPProcessor;
  /** Goes on with a run that is there. Default false: refuses a folder that has one. */
  resume?: boolean;
  /** Checkpoints that are kept: the last ones of this number, and the best one. Default 2. */
  keep?: number;
  /** What the run was asked to do, as JSON: shown in the report, and must be the same where the run is taken up. */
  settings?: Settings;
  /** Default: `trainable.model.savePretrained(folder)`. */
  saveModel?(trainable: Trainable, folder: string): Promise<void>;
  /** Shown in the report; asked for at each checkpoint. */
  predict?(): Promise<SamplePrediction[]>;
}

/**
 * Nothing is written before `train` has found nothing wrong with its own options.
 *
 * @throws InvalidArgumentError where there is a run already, or one of other settings; and in browsers
 */
export async function openRun(folder: string, options: RunOptions = {}): Promise<TrainingRun> {
  const { keep = 2, resume = false, settings = {} } = options;
  if (!Number.isInteger(keep) || keep < 1) {
    throw new InvalidArgumentError(`keep is ${keep}, but must be a whole number of at least 1.`);
  }
  const saved = await readSettings(folder);
  if (saved && resume) {
    checkSettings(folder, saved, settings);
    return new RunFolder(folder, options);
  }
  const names = (await runFiles.list(folder)) ?? [];
  if (names.some((name) => !name.startsWith('.'))) {
    const mend = saved ? 'go on with the run that it holds: resume: true' : 'empty it';
    throw new InvalidArgumentError(`The folder ${folder} is not empty. Name another one, or ${mend}.`);
  }
  return new RunFolder(folder, options);
}

class RunFolder implements TrainingRun {
  private readonly checkpoints: Checkpoints;
  private readonly log: string;
  private events = '';
  private predictions: SamplePrediction[] = [];

  constructor(
    private readonly folder: string,
    private readonly options: RunOptions,
  ) {
    this.checkpoints = new Checkpoints(folder, options);
    this.log = runFiles.join(folder, 'log.jsonl');
  }

  async begin(): Promise<SavedState | null> {
    await runFiles.makeFolder(this.folder);
    await writeSettings(this.folder, this.options.settings ?? {});
    const state = await this.checkpoints.latest();
    const entries = await truncateLog(this.log, state?.position.step ?? 0);
    await this.beginEvents(entries);
    return state;
  }

  async save(checkpoint: Checkpoint): Promise<void> {
    await this.checkpoints.save(checkpoint);
    const { predict } = this.options;
    if (predict) this.predictions = await checkpoint.withModel(predict);
    await this.writeReport();
  }

  logStep(logs: StepLogs): Promise<void> {
    return this.append(logs);
  }

  logEvaluation(logs: EvaluationLogs): Promise<void> {
    return this.append(logs);
  }

  finish({ best }: Position): Promise<void> {
    return this.checkpoints.publish(best?.step ?? null);
  }

  close(): Promise<void> {
    return this.writeReport();
  }

  private async append(logs: StepLogs | EvaluationLogs): Promise<void> {
    const entry = { ...logs, time: new Date().toISOString() };
    await appendLog(this.log, entry);
    await runFiles.append(this.events, scalarRecord(eventOf(entry)));
  }

  /** A new file takes the old one's place: TensorBoard, which may be reading that, follows. */
  private async beginEvents(entries: LogEntry[]): Promise<void> {
    const old = ((await runFiles.list(this.folder)) ?? []).filter((name) => name.startsWith('events.out.'));
    const now = Date.now();
    const records = [fileHeader(now / 1000), ...entries.map((entry) => scalarRecord(eventOf(entry)))];
    const name = `events.out.tfevents.${now}.tfjs-clip`;
    this.events = runFiles.join(this.folder, name);
    await runFiles.replace(this.events, concatenate(records));
    for (const other of old) {
      if (other !== name) await runFiles.remove(runFiles.join(this.folder, other));
    }
  }

  private async writeReport(): Promise<void> {
    const entries = await readLog(this.log);
    const { settings = {} } = this.options;
    const html = reportHTML({ title: this.folder, entries, settings, predictions: this.predictions });
    await runFiles.replace(runFiles.join(this.folder, 'report.html'), html);
  }
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
