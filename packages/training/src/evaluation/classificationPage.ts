// SPDX-License-Identifier: Apache-2.0
/** A classification as one page that needs nothing else: how much is right, what is taken for what, each class. */
import { escapeHTML } from '../trainer/report/escape.js';
import { STYLE } from '../trainer/report/style.js';
import type { ClassificationTally, ClassResult } from './classificationTally.js';
import { confusionPicture } from './confusionPicture.js';

export interface ClassificationPageContent {
  title: string;
  tally: ClassificationTally;
  /** The k of top-k accuracies. */
  accuracyAt: readonly number[];
  /** How it was made, such as the model and the templates. */
  settings?: Readonly<Record<string, string>>;
}

const MISTAKES_SHOWN = 5;

export function classificationPage(content: ClassificationPageContent): string {
  const { title, tally, accuracyAt, settings = {} } = content;
  const accuracies = accuracyAt.map((k): [string, string] => [`top-${k}`, percent(tally.accuracyAt(k))]);
  const rows = [...accuracies, ['mean of classes', percent(tally.meanAccuracyOfClasses())] as const];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHTML(title)}</title>
<style>${STYLE}
.wide { overflow-x: auto; } .wide svg { width: auto; max-width: none; } .number { text-align: right; }
</style>
<h1>${escapeHTML(title)}</h1>
<p>${escapeHTML(Object.values(settings).join(', '))}</p>
<h2>Accuracy</h2>
<table>${rows.map(([name, value]) => `<tr><th scope="row">${name}</th><td class="number">${value}</td></tr>`).join('\n')}</table>
<h2>Confusion</h2>
<div class="wide">
${confusionPicture(tally)}</div>
<h2>Classes</h2>
${classTable(tally.classes())}
</html>
`;
}

function classTable(classes: readonly ClassResult[]): string {
  const worstFirst = classes
    .filter(({ pictures }) => pictures > 0)
    .sort((a, b) => a.accuracy - b.accuracy || b.pictures - a.pictures);
  const lines = worstFirst.map(({ name, pictures, accuracy, mistakenFor }) => {
    const mistakes = mistakenFor.slice(0, MISTAKES_SHOWN).map((other) => `${other.name} ${other.pictures}`);
    const cells = [`<th scope="row">${escapeHTML(name)}</th>`];
    cells.push(`<td class="number">${pictures}</td><td class="number">${percent(accuracy)}</td>`);
    cells.push(`<td>${escapeHTML(mistakes.join(', '))}</td>`);
    return `<tr>${cells.join('')}</tr>`;
  });
  const head =
    '<tr><th>Class</th><th class="number">Pictures</th><th class="number">Right</th><th>Taken for</th></tr>';
  return `<table>${head}\n${lines.join('\n')}</table>`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
