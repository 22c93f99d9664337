// SPDX-License-Identifier: Apache-2.0
/** The checkpoints of a run: each a folder that appears under its name when it is whole. */

import { runFiles } from '#runFiles';
import type { Checkpoint, Position, SavedState } from '../run.js';
import type { RunOptions } from './openRun.js';
import { readTensors, writeTensors } from './trainingState.js';

const TENSORS = 'training_state.safetensors';
const STATE = 'trainer_state.json';
const NAME = /^checkpoint-(\d+)$/;

export class Checkpoints {
  constructor(
    private readonly folder: string,
    private readonly options: RunOptions,
  ) {}

  async latest(): Promise<SavedState | null> {
    await this.removeUnfinished();
    const step = (await this.steps()).at(-1);
    if (step === undefined) return null;
    const folder = this.pathOf(step);
    const text = (await runFiles.readText(runFiles.join(folder, STATE)))!;
    const position = JSON.parse(text) as Position;
    return { position, tensors: await readTensors(runFiles.join(folder, TENSORS)) };
  }

  /** Older ones go when the new one is there. */
  async save({ position, tensors, trainable, withModel }: Checkpoint): Promise<void> {
    const { processor, saveModel = ({ model }, folder) => model.savePretrained(folder) } = this.options;
    const target = this.pathOf(position.step);
    if ((await this.steps()).includes(position.step)) {
      await this.writeState(target, position); // The same weights: only an evaluation has come since.
    } else {
      await this.appear(target, async (folder) => {
        await withModel(() => saveModel(trainable, folder));
        await processor?.savePretrained(folder);
        await writeTensors(runFiles.join(folder, TENSORS), tensors);
        await this.writeState(folder, position);
      });
    }
    await this.removeOld(position.best?.step);
  }

  /** Copies a checkpoint's model, the last one's by default, to where users look for it. */
  async publish(best: number | null): Promise<void> {
    const steps = await this.steps();
    const source = this.pathOf(best !== null && steps.includes(best) ? best : steps.at(-1)!);
    await this.appear(runFiles.join(this.folder, 'model'), async (folder) => {
      for (const name of (await runFiles.list(source))!) {
        if (name === TENSORS || name === STATE || name.startsWith('.')) continue;
        await runFiles.copy(runFiles.join(source, name), runFiles.join(folder, name));
      }
    });
  }

  private async appear(target: string, write: (folder: string) => Promise<void>): Promise<void> {
    const temporary = `${target}.tmp`;
    await runFiles.remove(temporary);
    await runFiles.makeFolder(temporary);
    await write(temporary);
    await runFiles.remove(target);
    await runFiles.rename(temporary, target);
  }

  private writeState(folder: string, position: Position): Promise<void> {
    return runFiles.replace(runFiles.join(folder, STATE), `${JSON.stringify(position, null, 2)}\n`);
  }

  private async removeOld(best?: number): Promise<void> {
    const { keep = 2 } = this.options;
    const old = (await this.steps()).slice(0, -keep).filter((step) => step !== best);
    for (const step of old) {
      // Renamed first, so that one half removed is not taken for whole.
      await runFiles.rename(this.pathOf(step), `${this.pathOf(step)}.tmp`);
      await runFiles.remove(`${this.pathOf(step)}.tmp`);
    }
  }

  private async removeUnfinished(): Promise<void> {
    const names = (await runFiles.list(this.folder)) ?? [];
    const unfinished = names.filter((name) => /^(?:checkpoint-\d+|model)\.tmp$/.test(name));
    for (const name of unfinished) await runFiles.remove(runFiles.join(this.folder, name));
  }

  private async steps(): Promise<number[]> {
    const names = (await runFiles.list(this.folder)) ?? [];
    const steps = names.flatMap((name) => NAME.exec(name)?.[1] ?? []).map(Number);
    return steps.sort((a, b) => a - b);
  }

  private pathOf(step: number): string {
    return runFiles.join(this.folder, `checkpoint-${step}`);
  }
}
