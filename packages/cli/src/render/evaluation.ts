// SPDX-License-Identifier: Apache-2.0
/** What evaluations found, as tables and as JSON. */
import type { ClassificationTally, RetrievalEvaluation, RetrievalMetrics } from '@tfjs-clip/training';
import { columns, grouped } from './columns.js';
import { fit, printable } from './text.js';

const CLASSES_SHOWN = 20;
const MISTAKES_SHOWN = 3;
const WIDEST_NAME = 30;

/** Accuracies, then the classes with mistakes, the worst first. */
export function classificationTable(
  tally: ClassificationTally,
  templates: number,
  accuracyAt: readonly number[],
): string {
  const sentences = templates === 1 ? '1 template' : `${templates} templates`;
  const summary = `${counted(tally.pictures, 'picture')} of ${counted(tally.classNames.length, 'class', 'classes')}, ${sentences}`;
  const names = [...accuracyAt.map((k) => `top-${k}`), 'mean of classes'];
  const values = [...accuracyAt.map((k) => tally.accuracyAt(k)), tally.meanAccuracyOfClasses()];
  const accuracies = columns(
    [names, values.map(percent)],
    names.map((_, i) => i),
  );
  return `${summary}\n\n${accuracies}${mistakes(tally)}`;
}

function mistakes(tally: ClassificationTally): string {
  const mistaken = tally
    .classes()
    .filter(({ mistakenFor }) => mistakenFor.length > 0)
    .sort((a, b) => a.accuracy - b.accuracy || b.pictures - a.pictures);
  if (mistaken.length === 0) return '';
  const rows = mistaken.slice(0, CLASSES_SHOWN).map(({ name, pictures, accuracy, mistakenFor }) => {
    const others = mistakenFor
      .slice(0, MISTAKES_SHOWN)
      .map((other) => `${shown(other.name)} ${grouped(other.pictures)}`);
    return [shown(name), grouped(pictures), percent(accuracy), others.join(', ')];
  });
  const left = mistaken.length - rows.length;
  const more = left > 0 ? `… and ${counted(left, 'class', 'classes')} more with mistakes\n` : '';
  return `\n${columns([['class', 'pictures', 'right', 'taken for'], ...rows], [1, 2])}${more}`;
}

export function classificationJSON(
  header: object,
  tally: ClassificationTally,
  accuracyAt: readonly number[],
): string {
  const { classNames, confusion, pictures } = tally;
  const count = classNames.length;
  return document({
    ...header,
    pictures,
    accuracyAt: Object.fromEntries(accuracyAt.map((k) => [k, tally.accuracyAt(k)])),
    meanAccuracyOfClasses: tally.meanAccuracyOfClasses(),
    classes: tally.classes().map(({ name, pictures, right }) => ({ name, pictures, right })),
    confusion: classNames.map((_, row) => [...confusion.subarray(row * count, (row + 1) * count)]),
  });
}

/** A row for each direction. */
export function retrievalTable(result: RetrievalEvaluation, recallAt: readonly number[]): string {
  const row = (name: string, metrics: RetrievalMetrics) => [
    name,
    ...recallAt.map((k) => percent(metrics.recallAt[k])),
    ...[metrics.meanReciprocalRank, metrics.meanAveragePrecision, metrics.ndcg].map((x) => x.toFixed(3)),
    metrics.meanRank.toFixed(1),
    String(metrics.medianRank),
  ];
  const names = ['', ...recallAt.map((k) => `R@${k}`), 'MRR', 'mAP', 'NDCG', 'mean', 'median'];
  const rows = [row('text to image', result.textToImage), row('image to text', result.imageToText)];
  const summary = `${counted(result.pictures, 'picture')}, ${counted(result.texts, 'caption')}`;
  return `${summary}\n\n${columns([names, ...rows], names.map((_, i) => i).slice(1))}`;
}

export function retrievalJSON(header: object, result: RetrievalEvaluation): string {
  return document({ ...header, ...result });
}

/** Each field on a line of its own, and of lists each item. */
function document(content: object): string {
  const value = (of: unknown) =>
    Array.isArray(of)
      ? `[\n${of.map((item) => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`
      : JSON.stringify(of);
  const lines = Object.entries(content).map(([name, of]) => `  ${JSON.stringify(name)}: ${value(of)}`);
  return `{\n${lines.join(',\n')}\n}\n`;
}

function counted(count: number, one: string, several = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : several}`;
}

function shown(name: string): string {
  return fit(printable(name), WIDEST_NAME);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
