// SPDX-License-Identifier: Apache-2.0
/** A run as one page that needs nothing else: curves, what it was asked to do, what the model says of some pictures. */
import { isEvaluation, isStep, type LogEntry } from '../runFolder/log.js';
import { chart, type Point, type Series } from './chart.js';
import { dataURL } from './dataURL.js';
import { escapeHTML } from './escape.js';
import { STYLE } from './style.js';

export interface SamplePrediction {
  /** A PNG, JPEG or WebP file. */
  picture: Uint8Array;
  /** What belongs to it. */
  caption: string;
  /** The likeliest first. */
  guesses: readonly { text: string; score: number }[];
}

export interface ReportContent {
  title: string;
  entries: readonly LogEntry[];
  settings?: Readonly<Record<string, unknown>>;
  predictions?: readonly SamplePrediction[];
}

export function reportHTML({ title, entries, settings = {}, predictions = [] }: ReportContent): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHTML(title)}</title>
<style>${STYLE}</style>
<h1>${escapeHTML(title)}</h1>
<p>${escapeHTML(summary(entries))}</p>
<div class="charts">
${charts(entries).join('\n')}
</div>
${predictionTable(predictions)}
${table('Settings', Object.entries(settings))}
</html>
`;
}

function summary(entries: readonly LogEntry[]): string {
  const steps = entries.filter(isStep);
  const last = steps.at(-1);
  if (!last) return 'No step has been taken yet.';
  const pictures = steps.reduce((sum, { size }) => sum + size, 0);
  const seconds = steps.reduce((sum, step) => sum + step.seconds, 0);
  const speed = `${(pictures / seconds).toPrecision(3)} pictures/s`;
  return `${last.step} steps, ${pictures.toLocaleString('en-US')} pictures in ${duration(seconds)} (${speed}), until ${minute(last.time)}.`;
}

function charts(entries: readonly LogEntry[]): string[] {
  const steps = entries.filter(isStep);
  const pointsOf = (value: (step: (typeof steps)[number]) => number): Point[] =>
    steps.map((step) => [step.step, value(step)]);
  const guessing = { name: 'guessing', points: pointsOf((s) => s.lossOfGuessing), isReference: true };
  return [
    chart('Loss', [{ name: 'batch', points: pointsOf((s) => s.loss) }, guessing]),
    ...evaluationSeries(entries).map((series) => chart(`Evaluation: ${series.name}`, [series])),
    chart('Learning rate', [{ name: 'rate', points: pointsOf((s) => s.learningRate) }]),
    chart('Norm of the gradient, before clipping', [
      { name: 'norm', points: pointsOf((s) => s.gradientNorm) },
    ]),
    chart('Scale of the logits', [{ name: 'scale', points: pointsOf((s) => s.logitScale) }]),
    chart('Pictures a second', [{ name: 'speed', points: pointsOf((s) => s.size / s.seconds) }]),
  ];
}

function evaluationSeries(entries: readonly LogEntry[]): Series[] {
  const series = new Map<string, Point[]>();
  for (const { step, metrics } of entries.filter(isEvaluation)) {
    for (const [name, value] of Object.entries(metrics)) {
      series.set(name, [...(series.get(name) ?? []), [step, value]]);
    }
  }
  return [...series].map(([name, points]) => ({ name, points }));
}

function table(title: string, rows: readonly [string, unknown][]): string {
  if (rows.length === 0) return '';
  const lines = rows.map(([name, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return `<tr><th scope="row">${escapeHTML(name)}</th><td>${escapeHTML(String(text))}</td></tr>`;
  });
  return `<h2>${title}</h2>\n<table>${lines.join('\n')}</table>`;
}

function predictionTable(predictions: readonly SamplePrediction[]): string {
  if (predictions.length === 0) return '';
  const rows = predictions.map(({ picture, caption, guesses }) => {
    const list = guesses.map(({ text, score }) => {
      const right = text === caption ? ' class="right"' : '';
      return `<li${right}><meter value="${score}"></meter> ${(score * 100).toFixed(1)}% ${escapeHTML(text)}</li>`;
    });
    const image = `<img alt="" src="${dataURL(picture)}">`;
    return `<tr><td>${image}</td><td>${escapeHTML(caption)}</td><td><ol>${list.join('')}</ol></td></tr>`;
  });
  const head = '<tr><th>Picture</th><th>Its caption</th><th>What the model chooses</th></tr>';
  return `<h2>Sample predictions</h2>\n<table>${head}\n${rows.join('\n')}</table>`;
}

/** '2026-11-24 20:12 UTC' */
function minute(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`;
}

function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toPrecision(2)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
