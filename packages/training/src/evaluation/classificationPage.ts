// SPDX-License-Identifier: Apache-2.0
/** A classification as one page that needs nothing else: how much is right, what is taken for what, each class. */
import { dataURL } from '../trainer/report/dataURL.js';
import { escapeHTML } from '../trainer/report/escape.js';
import { STYLE } from '../trainer/report/style.js';
import type { ClassificationTally, ClassResult } from './classificationTally.js';
import { confusionPicture } from './confusionPicture.js';

export interface MistakenPicture {
  /** A PNG, JPEG or WebP file. */
  picture: Uint8Array;
  /** Indices of classes. */
  actual: number;
  guess: number;
}

export interface ClassificationPageContent {
  title: string;
  tally: ClassificationTally;
  /** Shown in this order. */
  mistakes?: readonly MistakenPicture[];
  /** The k of top-k accuracies. */
  accuracyAt: readonly number[];
  /** How it was made, such as the model and the templates. */
  settings?: Readonly<Record<string, string>>;
}

const MISTAKES_SHOWN = 5;

export function classificationPage(content: ClassificationPageContent): string {
  const { title, tally, accuracyAt, settings = {}, mistakes = [] } = content;
  const accuracies = accuracyAt.map((k): [string, string] => [`top-${k}`, percent(tally.accuracyAt(k))]);
  const rows = [...accuracies, ['mean of classes', percent(tally.meanAccuracyOfClasses())] as const];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHTML(title)}</title>
<style>${STYLE}
.wide { overflow-x: auto; } .wide svg { width: auto; max-width: none; } .number { text-align: right; }
.mistakes { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: 1.2rem; }
.mistakes img { width: 100%; aspect-ratio: 1; object-fit: contain; background: #fff; border-radius: 6px; }
.mistakes figcaption { line-height: 1.3; }
</style>
<h1>${escapeHTML(title)}</h1>
<p>${escapeHTML(Object.values(settings).join(', '))}</p>
<h2>Accuracy</h2>
<table>${rows.map(([name, value]) => `<tr><th scope="row">${name}</th><td class="number">${value}</td></tr>`).join('\n')}</table>
<h2>Confusion</h2>
<div class="wide">
${confusionPicture(tally)}</div>
${gallery(tally, mistakes)}
<h2>Classes</h2>
${classTable(tally.classes())}
</html>
`;
}

function gallery({ classNames }: ClassificationTally, mistakes: readonly MistakenPicture[]): string {
  if (mistakes.length === 0) return '';
  const figures = mistakes.map(({ picture, actual, guess }) => {
    const caption = `${escapeHTML(classNames[actual])} <small>taken for ${escapeHTML(classNames[guess])}</small>`;
    return `<figure><img alt="" src="${dataURL(picture)}"><figcaption>${caption}</figcaption></figure>`;
  });
  return `<h2>The surest mistakes</h2>\n<div class="mistakes">${figures.join('\n')}</div>`;
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
