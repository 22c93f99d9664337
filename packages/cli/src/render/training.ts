// SPDX-License-Identifier: Apache-2.0
/** A run as it goes on: a line that is redrawn each step, and a line that stays for each epoch and evaluation. */
import type { EpochLogs, EvaluationLogs, StepLogs, TrainingCallbacks, TrainStart } from '@tfjs-clip/training';
import type { Terminal } from '../terminal.js';
import { bar } from './bar.js';
import { displayWidth, fit, padEnd } from './text.js';

const WIDEST_BAR = 16;
const NARROWEST_BAR = 4;
/** Steps, of which the speed is told. */
const RECENT = 20;

export class TrainingDisplay implements TrainingCallbacks {
  private readonly recent: StepLogs[] = [];
  private totalSteps = 0;

  constructor(private readonly terminal: Terminal) {}

  onTrainBegin({ step, totalSteps }: TrainStart): void {
    this.totalSteps = totalSteps;
    if (step > 0) this.terminal.remark(`goes on after step ${step}`);
  }

  onBatchEnd(_batch: number, logs: StepLogs): void {
    this.recent.push(logs);
    if (this.recent.length > RECENT) this.recent.shift();
    const { statusLine } = this.terminal;
    statusLine?.draw(stepLine(this.recent, this.totalSteps, statusLine.columns - 1));
  }

  onEpochEnd(epoch: number, { loss }: EpochLogs): void {
    const { step, lossOfGuessing } = this.recent.at(-1) ?? { step: 0, lossOfGuessing: loss };
    const speed = this.recent.length > 0 ? `, ${perSecond(this.recent)} pictures/s` : '';
    this.terminal.remark(
      `epoch ${epoch + 1}, step ${step}: loss ${loss.toFixed(3)}, by guessing ${lossOfGuessing.toFixed(3)}${speed}`,
    );
  }

  onEvaluate({ step, metrics, isBest }: EvaluationLogs): void {
    const values = Object.entries(metrics).map(([name, value]) => `${name} ${value.toFixed(3)}`);
    this.terminal.remark(
      `evaluation, step ${step}: ${values.join(', ')}${isBest ? ' (the best so far)' : ''}`,
    );
  }

  onTrainEnd(): void {
    this.terminal.statusLine?.draw('');
  }
}

/** 'step 120 of 408 ▕███   ▏ loss 2.314 (guessing 4.159), 171 pictures/s, 12 min left' */
export function stepLine(recent: readonly StepLogs[], totalSteps: number, columns: number): string {
  const { step, loss, lossOfGuessing } = recent.at(-1)!;
  const seconds = recent.reduce((sum, logs) => sum + logs.seconds, 0) / recent.length;
  const begin = `step ${step} of ${totalSteps}`;
  const numbers = [
    `loss ${loss.toFixed(3)} (guessing ${lossOfGuessing.toFixed(3)})`,
    `${perSecond(recent)} pictures/s`,
    `${duration(seconds * (totalSteps - step))} left`,
  ].join(', ');
  const width = Math.min(columns - displayWidth(`${begin} ▕▏ ${numbers}`), WIDEST_BAR);
  const drawing = width < NARROWEST_BAR ? '' : `▕${padEnd(bar(step / totalSteps, width), width)}▏ `;
  return fit(`${begin} ${drawing}${numbers}`, columns);
}

function perSecond(logs: readonly StepLogs[]): string {
  const seconds = logs.reduce((sum, step) => sum + step.seconds, 0);
  const pictures = logs.reduce((sum, { size }) => sum + size, 0);
  return Number((pictures / seconds).toPrecision(3)).toString();
}

/** '45 s', '12 min', '3 h 5 min' */
function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
