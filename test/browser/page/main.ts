// SPDX-License-Identifier: Apache-2.0
/** The page: a picture and labels in, a bar for each label out. `?backend=webgl` computes on the graphics card. */
import { type LabelScore, pipeline } from 'tfjs-clip';
import { useBackend } from './backend.js';

const form = document.querySelector('form')!;
const fields = document.querySelector('fieldset')!;
const status = document.querySelector('[role=status]')!;
const preview = document.querySelector('img')!;
const answer = document.querySelector('ol')!;

const backend = await useBackend(new URLSearchParams(location.search).get('backend') ?? 'wasm');
const classify = await pipeline('zero-shot-image-classification', 'emoji-clip');
status.textContent = `Ready, on ${backend}.`;
fields.disabled = false;
form.addEventListener('change', update);
form.addEventListener('submit', (event) => event.preventDefault());
await update(); // a picture may have been chosen before the model was there, or before a reload

async function update(): Promise<void> {
  const entries = new FormData(form);
  const picture = entries.get('picture') as File;
  const labels = String(entries.get('labels'))
    .split(',')
    .map((label) => label.trim());
  if (picture.size === 0) return;
  fields.disabled = true;
  try {
    const start = performance.now();
    const scores = await classify(picture, labels);
    show(picture, scores);
    status.textContent = `${Math.round(performance.now() - start)} ms on ${backend}.`;
  } catch (error) {
    status.textContent = (error as Error).message;
  } finally {
    fields.disabled = false;
  }
}

function show(picture: File, scores: LabelScore[]): void {
  URL.revokeObjectURL(preview.src);
  preview.src = URL.createObjectURL(picture);
  preview.hidden = false;
  answer.replaceChildren(...scores.map(bar));
}

function bar({ label, score }: LabelScore): HTMLElement {
  const item = document.createElement('li');
  item.style.setProperty('--score', String(score));
  const percent = Object.assign(document.createElement('data'), {
    value: String(score),
    textContent: `${(score * 100).toFixed(1)}%`,
  });
  item.append(label, percent);
  return item;
}
