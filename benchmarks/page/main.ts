// SPDX-License-Identifier: Apache-2.0
/** The page: what to measure in; speed, and a row an operation out. */
import * as tf from '@tensorflow/tfjs';
import { adapterName } from '../../packages/cli/src/bench/adapterName.js';
import type { Measurement } from '../../packages/cli/src/bench/measureTower.js';
import type { Operation } from '../../packages/cli/src/bench/operations.js';
import type { TowerName } from '../../packages/cli/src/bench/towerCall.js';
import { useBackend } from './backend.js';
import { measure } from './measure.js';

const form = document.querySelector('form')!;
const fields = document.querySelector('fieldset')!;
const status = document.querySelector('[role=status]')!;
const figures = document.querySelector('dl')!;
const table = document.querySelector('table')!;

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void run();
});

async function run(): Promise<void> {
  const entries = Object.fromEntries(new FormData(form));
  fields.disabled = true;
  figures.hidden = table.hidden = true;
  status.textContent = 'Measuring…';
  await new Promise((done) => setTimeout(done, 50)); // The page is drawn before the work begins.
  try {
    await useBackend(String(entries.backend), entries.kernels === 'ours');
    const measurement = await measure({
      tower: entries.tower as TowerName,
      batch: Number(entries.batch),
      width: Number(entries.width),
      layers: Number(entries.layers),
      seconds: Number(entries.seconds),
    });
    show(measurement);
    status.textContent = 'Ready.';
  } catch (error) {
    status.textContent = (error as Error).message;
  } finally {
    fields.disabled = false;
  }
}

function show(measurement: Measurement): void {
  const { perSecond, milliseconds, gigaflopsPerSecond, tower, operations = [] } = measurement;
  const { first, median, lower, upper } = milliseconds;
  figures.replaceChildren(
    figure('Computed on', adapterName() || tf.getBackend()),
    figure(tower === 'vision' ? 'Pictures a second' : 'Texts a second', digits(perSecond)),
    figure('A call', `${digits(median)} ms`),
    figure('Half of the calls', `${digits(lower)} to ${digits(upper)} ms`),
    figure('First call', `${digits(first)} ms`),
    figure('Speed', `${digits(gigaflopsPerSecond)} GFLOP/s`),
  );
  showOperations(operations);
  figures.hidden = table.hidden = false;
}

function showOperations(operations: Operation[]): void {
  const areTimed = operations.every(({ microseconds }) => microseconds !== null);
  const cost = ({ microseconds, bytes }: Operation) => (areTimed ? microseconds! : bytes);
  const all = { name: 'All', calls: 0, bytes: 0, microseconds: 0 };
  for (const { calls, bytes, microseconds } of operations) {
    all.calls += calls;
    all.bytes += bytes;
    all.microseconds += microseconds ?? 0;
  }
  document.querySelector('#unit')!.textContent = tf.getBackend() === 'webgpu' ? 'Dispatches' : 'Calls';
  const rows = operations.map((operation) => {
    const row = rowOf(operation, areTimed);
    row.style.setProperty('--share', String(cost(operation) / cost(all)));
    return row;
  });
  table.tBodies[0].replaceChildren(...rows);
  table.tFoot!.replaceChildren(rowOf(all, areTimed));
}

function rowOf({ name, calls, bytes, microseconds }: Operation, isTimed: boolean): HTMLElement {
  const time = isTimed ? Math.round(microseconds!).toLocaleString('en-US') : '–';
  const kilobytes = `${digits(bytes / 1000)} kB`;
  return element('tr', ...[name, String(calls), kilobytes, time].map((text) => element('td', text)));
}

function figure(name: string, value: string): HTMLElement {
  return element('div', element('dt', name), element('dd', value));
}

function element(tag: string, ...children: (string | Node)[]): HTMLElement {
  const made = document.createElement(tag);
  made.append(...children);
  return made;
}

/** Three digits that matter, and no point after more of them. */
function digits(value: number): string {
  const rounded = value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
  return rounded.toLocaleString('en-US', { maximumSignificantDigits: 12 });
}
