// SPDX-License-Identifier: Apache-2.0
/** What a run keeps of each step and evaluation: a JSON object a line. */
import { runFiles } from '#runFiles';
import type { EvaluationLogs, StepLogs } from '../callbacks.js';

/** `time` is ISO 8601. */
export type LogEntry = (StepLogs | EvaluationLogs) & { time: string };

export function isEvaluation(entry: LogEntry): entry is EvaluationLogs & { time: string } {
  return 'metrics' in entry;
}

export function isStep(entry: LogEntry): entry is StepLogs & { time: string } {
  return !isEvaluation(entry);
}

export async function readLog(file: string): Promise<LogEntry[]> {
  const text = (await runFiles.readText(file)) ?? '';
  return wholeLines(text).map((line) => JSON.parse(line) as LogEntry);
}

/** Forgets what came after `step`, and half a line that a killed process left. */
export async function truncateLog(file: string, step: number): Promise<LogEntry[]> {
  const kept = (await readLog(file)).filter((entry) => entry.step <= step);
  await runFiles.replace(file, kept.map(lineOf).join(''));
  return kept;
}

export function appendLog(file: string, entry: LogEntry): Promise<void> {
  return runFiles.append(file, lineOf(entry));
}

function lineOf(entry: LogEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

function wholeLines(text: string): string[] {
  return text.split('\n').slice(0, -1); // What follows the last line end is nothing, or half a line.
}
