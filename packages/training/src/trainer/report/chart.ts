// SPDX-License-Identifier: Apache-2.0
/** A curve over steps as inline SVG; colours come from the page, which has light and dark ones. */
import { escapeHTML } from './escape.js';

export interface Series {
  name: string;
  points: readonly Point[];
  /** Drawn broken, as what others are compared with. */
  isReference?: boolean;
}

export type Point = readonly [step: number, value: number];

const WIDTH = 460;
const HEIGHT = 220;
const MARGIN = { left: 56, right: 14, top: 14, bottom: 30 };
/** More points than this are drawn as the mean of some, within the range of them. */
const MOST_POINTS = 200;
const TICKS = 4;

interface Scale {
  x(step: number): number;
  y(value: number): number;
}

interface Bucket {
  step: number;
  mean: number;
  least: number;
  most: number;
}

/** @param title is also what a screen reader says, with the last value */
export function chart(title: string, series: readonly Series[]): string {
  const drawn = series.map((one) => ({ ...one, buckets: bucketsOf(one.points) }));
  const all = drawn.flatMap(({ buckets }) => buckets);
  if (all.length === 0) return '';
  const steps = range(all.map(({ step }) => step));
  const values = range(all.flatMap(({ least, most }) => [least, most]));
  const [xTicks, yTicks] = [ticks(...steps, true), ticks(...values, false)];
  const scale = scaleOf(steps, [Math.min(values[0], yTicks[0]), Math.max(values[1], yTicks.at(-1)!)]);
  const lines = drawn.map((one, i) => lineOf(one, i, scale));
  const last = series.map(({ name, points }) => `${name} ${numberText(points.at(-1)?.[1] ?? Number.NaN)}`);
  const label = `${title}: ${last.join(', ')}`;
  return [
    `<figure><figcaption>${escapeHTML(title)}${legend(series)}</figcaption>`,
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHTML(label)}">`,
    axes(xTicks, yTicks, scale),
    ...lines,
    '</svg></figure>',
  ].join('\n');
}

function lineOf(
  { buckets, isReference }: Series & { buckets: Bucket[] },
  i: number,
  { x, y }: Scale,
): string {
  const style = isReference ? 'reference' : `line${i}`;
  const path = (points: [number, number][]) =>
    points.map(([px, py], at) => `${at === 0 ? 'M' : 'L'}${px.toFixed(1)} ${py.toFixed(1)}`).join('');
  const mean = path(buckets.map(({ step, mean }) => [x(step), y(mean)]));
  if (buckets.length === 1) {
    return `<circle class="${style}" cx="${x(buckets[0].step).toFixed(1)}" cy="${y(buckets[0].mean).toFixed(1)}" r="3"/>`;
  }
  const line = `<path class="${style}" d="${mean}"/>`;
  if (isReference || buckets.every(({ least, most }) => least === most)) return line;
  const outline = [
    ...buckets.map(({ step, most }): [number, number] => [x(step), y(most)]),
    ...buckets.map(({ step, least }): [number, number] => [x(step), y(least)]).reverse(),
  ];
  return `<path class="band${i}" d="${path(outline)}Z"/>${line}`;
}

function axes(xTicks: readonly number[], yTicks: readonly number[], { x, y }: Scale): string {
  const [left, right, bottom] = [MARGIN.left, WIDTH - MARGIN.right, HEIGHT - MARGIN.bottom];
  const rows = yTicks.map((value) => {
    const at = y(value).toFixed(1);
    const text = `<text x="${left - 8}" y="${at}" dy="0.35em" text-anchor="end">${numberText(value)}</text>`;
    return `<path class="grid" d="M${left} ${at}H${right}"/>${text}`;
  });
  const columns = xTicks.map(
    (step) =>
      `<text x="${x(step).toFixed(1)}" y="${bottom + 20}" text-anchor="middle">${numberText(step)}</text>`,
  );
  return [...rows, ...columns].join('');
}

function legend(series: readonly Series[]): string {
  if (series.length === 1) return '';
  const entries = series.map(
    ({ name, isReference }, i) =>
      `<span class="${isReference ? 'key reference' : `key line${i}`}"></span>${escapeHTML(name)}`,
  );
  return ` <small>${entries.join(' ')}</small>`;
}

function bucketsOf(points: readonly Point[]): Bucket[] {
  const finite = points.filter(([, value]) => Number.isFinite(value));
  const size = Math.ceil(finite.length / MOST_POINTS);
  const buckets: Bucket[] = [];
  for (let from = 0; from < finite.length; from += size) {
    const part = finite.slice(from, from + size);
    const values = part.map(([, value]) => value);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    buckets.push({ step: part.at(-1)![0], mean, least: Math.min(...values), most: Math.max(...values) });
  }
  return buckets;
}

function scaleOf([firstStep, lastStep]: Range, [least, most]: Range): Scale {
  const part = (value: number, from: number, to: number) => (to > from ? (value - from) / (to - from) : 0.5);
  return {
    x: (step) => MARGIN.left + part(step, firstStep, lastStep) * (WIDTH - MARGIN.left - MARGIN.right),
    y: (value) => HEIGHT - MARGIN.bottom - part(value, least, most) * (HEIGHT - MARGIN.top - MARGIN.bottom),
  };
}

type Range = [least: number, most: number];

function range(values: readonly number[]): Range {
  return [Math.min(...values), Math.max(...values)];
}

/** Round numbers from at most `from` to at least `to`; of steps, whole ones between them. */
function ticks(from: number, to: number, isOfSteps: boolean): number[] {
  if (from === to) return [from];
  const rough = (to - from) / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const nice = power * [1, 2, 5, 10].find((factor) => factor * power >= rough)!;
  const step = isOfSteps ? Math.max(1, nice) : nice;
  const [first, last] = isOfSteps
    ? [Math.ceil(from / step), Math.floor(to / step)]
    : [Math.floor(from / step), Math.ceil(to / step)];
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

/** At most 4 digits: 0.05, 1e-5, 12000. */
function numberText(value: number): string {
  if (value !== 0 && Math.abs(value) < 1e-3) return Number(value.toPrecision(3)).toExponential();
  return String(Number(value.toPrecision(4)));
}
