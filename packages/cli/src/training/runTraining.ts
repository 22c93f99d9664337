// SPDX-License-Identifier: Apache-2.0
/** Opens what `tfjs-clip train` needs, says what is about to happen, and trains. */
import path from 'node:path';
import {
  type AugmentationConfig,
  type BrokenRecord,
  batchesOf,
  contrastiveObjective,
  countParameters,
  type FileDataset,
  multiPositiveObjective,
  type Objective,
  openRun,
  sigmoidObjective,
  type Trainable,
  type TrainingCallbacks,
  type TrainingResult,
  train,
} from '@tfjs-clip/training';
import { CLIPProcessor, TFCLIPModel } from 'tfjs-clip';
import { useBackend } from '../backend.js';
import { grouped } from '../render/columns.js';
import { TrainingDisplay } from '../render/training.js';
import type { Terminal } from '../terminal.js';
import { withTransferProgress } from '../transferProgress.js';
import { parseAugmentation } from './augmentation.js';
import { openCaptions } from './captions.js';
import { openTraining } from './datasets.js';
import { openEvaluation } from './evaluation.js';
import type { OBJECTIVES } from './flags.js';
import type { Settings } from './request.js';
import { saveTrained, whatTrains } from './whatTrains.js';

export interface RunRequest {
  settings: Settings;
  folder: string;
  resume: boolean;
  signal: AbortSignal;
}

const MAKE: Record<(typeof OBJECTIVES)[number], () => Objective> = {
  contrastive: contrastiveObjective,
  'multi-positive': multiPositiveObjective,
  sigmoid: sigmoidObjective,
};

export async function runTraining(request: RunRequest, terminal: Terminal): Promise<TrainingResult> {
  const { settings } = request;
  const backend = await useBackend(settings.backend, (text) => terminal.remark(text));
  const dataset = await openTraining(settings);
  terminal.remark(`dataset: ${settings.dataset}: ${dataset.describe()}`);
  const processor = await CLIPProcessor.fromPretrained(settings.model);
  const model = await openModel(settings, terminal);
  const trainable = whatTrains(settings.train, model, settings.seed);
  const objective = MAKE[settings.objective]();
  try {
    if (settings.gradientCheckpointing) model.gradientCheckpointingEnable();
    terminal.remark(`model: ${settings.model}, ${describeParameters(trainable, settings)}`);
    terminal.remark(`backend: ${backend}`);
    return await trainWith(
      { ...settings, backend },
      { dataset, processor, trainable, objective },
      request,
      terminal,
    );
  } finally {
    objective.dispose();
    trainable.dispose();
    model.dispose();
  }
}

interface Parts {
  dataset: FileDataset;
  processor: CLIPProcessor;
  trainable: Trainable;
  objective: Objective;
}

async function trainWith(
  settings: Settings,
  { dataset, processor, trainable, objective }: Parts,
  { folder, resume, signal }: RunRequest,
  terminal: Terminal,
): Promise<TrainingResult> {
  const batches = batchesOf(dataset, {
    ...batchOptions(settings, dataset),
    captionAugmentation: await openCaptions(settings, dataset, terminal),
    processor,
    onBroken: toldOnce(terminal),
  });
  const { batchesPerEpoch } = batches;
  const evaluation = await openEvaluation(settings, trainable.model, processor, batchesPerEpoch);
  if (evaluation) terminal.remark(evaluation.description);
  terminal.remark(describeLength(settings, batchesPerEpoch, folder));
  const run = await openRun(folder, {
    ...{ resume, processor, settings: { ...settings }, keep: settings.keep },
    saveModel: (what, into) => saveTrained(what, into, settings.model),
    predict: evaluation?.predict,
  });
  const display: TrainingCallbacks = new TrainingDisplay(terminal);
  try {
    return await train(trainable, batches, {
      ...trainOptions(settings),
      ...{ run, objective, signal, evaluation: evaluation?.evaluation, callbacks: display },
    });
  } finally {
    terminal.statusLine?.draw('');
  }
}

/** Each epoch meets the broken records again. */
function toldOnce(terminal: Terminal): (problem: BrokenRecord) => void {
  const told = new Set<string>();
  return ({ key, problem }) => {
    if (!told.has(key)) terminal.remark(`left out: ${key}: ${problem}`);
    told.add(key);
  };
}

function batchOptions(settings: Settings, { size }: FileDataset) {
  const { batchSize, captions, seed } = settings;
  return {
    ...{ batchSize, captions, seed },
    augmentation: parseAugmentation<AugmentationConfig>(settings.augment),
    dropLast: size === null || size >= batchSize, // A small batch has few to tell apart.
  };
}

function trainOptions(settings: Settings) {
  const { epochs, steps, learningRate, schedule, warmup, layerDecay, maxGradientNorm, saveEvery } = settings;
  return {
    ...{ epochs, steps, learningRate, schedule, warmup, layerDecay, maxGradientNorm, saveEvery },
    chunkSize: settings.chunkSize,
    emaDecay: settings.ema,
    optimizer: { weightDecay: settings.weightDecay, beta2: settings.adamBeta2 },
  };
}

async function openModel(
  { model: id, randomWeights, seed }: Settings,
  terminal: Terminal,
): Promise<TFCLIPModel> {
  const model = await withTransferProgress(`loading ${id}`, terminal, (progressCallback) =>
    TFCLIPModel.fromPretrained(id, { progressCallback }),
  );
  for (const note of model.notes) terminal.remark(`note: ${note}`);
  if (!randomWeights) return model;
  const { config } = model;
  model.dispose();
  return new TFCLIPModel(config, { seed });
}

function describeParameters(trainable: Trainable, { train: what, randomWeights }: Settings): string {
  const { trained, all } = countParameters(trainable);
  const learn = trained === all ? 'which all learn' : `of which ${grouped(trained)} learn (${what})`;
  return `${grouped(all)} parameters, ${randomWeights ? 'random, ' : ''}${learn}`;
}

function describeLength(
  { steps, epochs = 3, batchSize }: Settings,
  perEpoch: number | null,
  folder: string,
): string {
  const length =
    steps !== undefined || perEpoch === null
      ? `${grouped(steps ?? 0)} batches`
      : `${epochs} ${epochs === 1 ? 'epoch' : 'epochs'} of ${grouped(perEpoch)} ${perEpoch === 1 ? 'batch' : 'batches'}`;
  return `run: ${length} of ${batchSize} pictures, into ${path.normalize(folder)}`;
}
