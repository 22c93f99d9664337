// SPDX-License-Identifier: Apache-2.0
/** `tfjs-clip evaluate classification`, once its options are read. */
import { readFile } from 'node:fs/promises';
import {
  buildZeroShotClassifier,
  type ClassificationTally,
  captionLabel,
  classificationPage,
  confusionPicture,
  evaluateZeroShot,
  fileNameLabel,
  type ImageTextDataset,
  labelsOf,
  openDataset,
  parseTemplates,
  SurestMistakes,
  TEMPLATES,
} from '@tfjs-clip/training';
import { writeAtomically } from '../atomicWrite.js';
import { failIfAny, imageOptions } from '../commands/options.js';
import { messageOf, systemReason, UsageError } from '../errors.js';
import { linesOf } from '../labels.js';
import { classificationJSON, classificationTable } from '../render/evaluation.js';
import type { Terminal } from '../terminal.js';
import type { EvaluationFlags } from './flags.js';
import { type OpenModel, openModel } from './openModel.js';
import { StageProgress } from './progress.js';

export interface ClassificationFlags extends EvaluationFlags {
  templates: string;
  classes?: string;
  labelColumn?: string;
  labelsFrom: 'caption' | 'filename';
  confusion?: string;
  html?: string;
}

/** On the page. */
const MISTAKES = 24;

interface Request {
  dataset: ImageTextDataset;
  classNames: string[];
  templates: readonly string[];
}

export async function runClassification(
  place: string,
  flags: ClassificationFlags,
  terminal: Terminal,
): Promise<void> {
  const request = await openRequest(place, flags, terminal);
  const open = await openModel(flags, terminal);
  try {
    let broken = 0;
    const mistakes = new SurestMistakes(flags.html ? MISTAKES : 0);
    const tally = await evaluate(request, open, flags, terminal, mistakes, () => broken++);
    await show(tally, mistakes, request, open.backend, flags, terminal);
    failIfAny(broken, tally.pictures);
  } finally {
    open.model.dispose();
  }
}

async function openRequest(place: string, flags: ClassificationFlags, terminal: Terminal): Promise<Request> {
  const templates = await templatesOf(flags.templates);
  const { imageColumn, imageRoot, split, labelColumn } = flags;
  const columns = { imageColumn, imageRoot, split, captionColumn: labelColumn };
  const dataset = await openDataset(place, { ...columns, templates: ['{}'] });
  terminal.remark(`dataset: ${place}: ${dataset.describe()}`);
  const classNames = flags.classes ? await linesOf(flags.classes) : await labelsOf(dataset, labelOf(flags));
  return { dataset, classNames, templates };
}

async function evaluate(
  { dataset, classNames, templates }: Request,
  { model, processor }: OpenModel,
  flags: ClassificationFlags,
  terminal: Terminal,
  mistakes: SurestMistakes,
  onBroken: () => void,
): Promise<ClassificationTally> {
  const { batchSize, truncation } = flags;
  const progress = new StageProgress(terminal.statusLine);
  const told = (stage: string) => (done: number, total: number | null) => progress.update(stage, done, total);
  try {
    const options = { truncation, batchSize, onProgress: told('reading classes') };
    const classifier = await buildZeroShotClassifier(model, processor, classNames, templates, options);
    try {
      return await evaluateZeroShot(model, processor, dataset, classifier, {
        batchSize,
        imageOptions: imageOptions(flags),
        labelOf: labelOf(flags),
        onProgress: told('classifying'),
        onPrediction: (prediction) => mistakes.add(prediction),
        onBroken({ key, problem }) {
          terminal.error(`${key}: ${problem}`);
          onBroken();
        },
      });
    } finally {
      classifier.dispose();
    }
  } finally {
    progress.end();
  }
}

async function show(
  tally: ClassificationTally,
  mistakes: SurestMistakes,
  { templates }: Request,
  backend: string,
  flags: ClassificationFlags,
  terminal: Terminal,
): Promise<void> {
  const accuracyAt = flags.at.filter((k) => k === 1 || k < tally.classNames.length);
  const header = { model: flags.model, backend, templates: flags.templates };
  terminal.out(
    flags.json
      ? classificationJSON(header, tally, accuracyAt)
      : classificationTable(tally, templates.length, accuracyAt),
  );
  if (flags.confusion) {
    await writeAtomically(flags.confusion, confusionPicture(tally));
    terminal.remark(`wrote ${flags.confusion}`);
  }
  if (flags.html) {
    const settings = { model: flags.model, templates: `templates: ${flags.templates}` };
    const title = 'Zero-shot classification';
    const content = { title, tally, accuracyAt, settings, mistakes: await mistakes.pictures() };
    await writeAtomically(flags.html, classificationPage(content));
    terminal.remark(`wrote ${flags.html}`);
  }
}

function labelOf({ labelsFrom }: ClassificationFlags) {
  return labelsFrom === 'filename' ? fileNameLabel : captionLabel;
}

/** @throws UsageError for what is neither a set nor a file of sentences */
async function templatesOf(nameOrFile: string): Promise<readonly string[]> {
  if (Object.hasOwn(TEMPLATES, nameOrFile)) return TEMPLATES[nameOrFile as keyof typeof TEMPLATES];
  const text = await readFile(nameOrFile, 'utf8').catch((error) => {
    const sets = Object.keys(TEMPLATES).join(', ');
    throw new UsageError(
      `Cannot read the templates ${nameOrFile}: ${systemReason(error)}. Give a file, or one of ${sets}.`,
    );
  });
  try {
    return parseTemplates(text);
  } catch (error) {
    throw new UsageError(`${nameOrFile}: ${messageOf(error)}`);
  }
}
