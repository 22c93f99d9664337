// SPDX-License-Identifier: Apache-2.0
/** The options of `tfjs-clip train`, named as in Hugging Face's script for contrastive image-text training where it has them. */
import { type Command, InvalidArgumentError } from 'commander';
import {
  addModelOptions,
  addOutputOptions,
  type ModelFlags,
  type OutputFlags,
  parseCount,
} from '../commands/options.js';

const SCHEDULES = ['constant', 'linear', 'cosine'] as const;
export const OBJECTIVES = ['contrastive', 'multi-positive', 'sigmoid'] as const;
const CAPTIONS = ['sample', 'all'] as const;

/** What makes a run the run that it is: recorded in its folder. */
export interface TrainingFlags extends ModelFlags {
  imageRoot?: string;
  imageColumn?: string;
  captionColumn?: string;
  split?: string;
  randomWeights?: boolean;
  train: string;
  epochs?: number;
  steps?: number;
  batchSize: number;
  chunkSize?: number;
  learningRate: number;
  warmup: number;
  schedule: (typeof SCHEDULES)[number];
  weightDecay: number;
  adamBeta2: number;
  maxGradientNorm: number;
  layerDecay: number;
  ema?: number;
  objective: (typeof OBJECTIVES)[number];
  captions: (typeof CAPTIONS)[number];
  augment: string;
  augmentCaptions: string;
  extraCaptions?: string;
  seed: number;
  gradientCheckpointing?: boolean;
  eval?: string;
  evalEvery?: number;
  patience?: number;
  saveEvery?: number;
  keep: number;
}

export interface TrainFlags extends TrainingFlags, OutputFlags {
  output?: string;
  resume?: string;
  preview?: string;
}

export function addTrainOptions(command: Command): Command {
  addPlaces(command);
  addLearning(command);
  addKeeping(command);
  addModelOptions(command);
  return addOutputOptions(command);
}

function addPlaces(command: Command): void {
  command
    .option('-o, --output <folder>', 'the folder of the run, which must not be there or be empty')
    .option('--resume <folder>', 'go on with the run in this folder, as it was begun')
    .option('--preview <file>', 'only draw pictures and captions as the model would see them, as PNG')
    .option('--image-root <folder>', 'where the pictures are (default: where the dataset is)')
    .option('--image-column <name>', 'of a table or of JSON lines (default: found by its name)')
    .option('--caption-column <name>', 'likewise')
    .option('--split <name>', "of Karpathy's files (default: train; of --eval always val)")
    .option(
      '--augment <preset>',
      'change pictures at random: none, rsicd, emoji, a JSON file, or JSON',
      'none',
    )
    .option(
      '--augment-captions <preset>',
      'put captions another way at random: none, emoji, a JSON file, or JSON',
      'none',
    )
    .option('--extra-captions <file>', 'more captions, by the names of the pictures that they are of')
    .option('--captions <how>', 'of several: sample one each time, or all', oneOf(CAPTIONS), 'sample');
}

function addLearning(command: Command): void {
  command
    .option('--train <what>', 'what learns, see below', 'all')
    .option('--random-weights', "begin with random weights in the model's shape, not with its own")
    .option('--epochs <count>', 'passes over the dataset (default: 3)', parseCount)
    .option('--steps <count>', 'batches, instead of epochs', parseCount)
    .option('--batch-size <count>', 'pictures in a batch', parseCount, 64)
    .option('--chunk-size <count>', 'pictures that need memory at once (default: all of a batch)', parseCount)
    .option('--learning-rate <number>', 'after the warm-up', parseNumber(0, 1), 5e-5)
    .option('--warmup <steps>', "steps of growing learning rate, or a part of all: '10%'", parseWarmup, 0)
    .option('--schedule <name>', 'how the rate falls: constant, linear, cosine', oneOf(SCHEDULES), 'linear')
    .option('--weight-decay <number>', "AdamW's", parseNumber(0, 1), 0.1)
    .option('--adam-beta2 <number>', "AdamW's; CLIP itself took 0.98", parseNumber(0, 1), 0.999)
    .option('--max-gradient-norm <number>', 'scale larger gradients down to it', parseNumber(0, 1e9), 1)
    .option('--layer-decay <number>', 'of the rate from each layer to the one before', parseNumber(0, 1), 1)
    .option('--ema <decay>', 'save and evaluate an average of the weights, such as 0.999', parseNumber(0, 1))
    .option(
      '--objective <name>',
      `what is minimised: ${OBJECTIVES.join(', ')}`,
      oneOf(OBJECTIVES),
      'contrastive',
    )
    .option('--gradient-checkpointing', 'less memory, more time, the same numbers')
    .option('--seed <number>', 'of all that is random', parseSeed, 42);
}

function addKeeping(command: Command): void {
  command
    .option('--eval <dataset>', 'measure retrieval on these pictures and captions, and keep the best')
    .option('--eval-every <steps>', 'how often (default: once an epoch)', parseCount)
    .option('--patience <count>', 'end after so many evaluations without a better one', parseCount)
    .option('--save-every <steps>', 'how often to write a checkpoint (default: once an epoch)', parseCount)
    .option('--keep <count>', 'how many checkpoints to keep, besides the best one', parseCount, 2);
}

function oneOf<Name extends string>(names: readonly Name[]): (text: string) => Name {
  return (text) => {
    const name = names.find((known) => known === text);
    if (name) return name;
    throw new InvalidArgumentError(`There are ${names.join(', ')}.`);
  };
}

function parseNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Give a number from ${least} to ${most}.`);
  };
}

/** A part of all steps is below 1. */
function parseWarmup(text: string): number {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text);
  if (percent && Number(percent[1]) < 100) return Number(percent[1]) / 100;
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Give a number of steps, or a part of all such as '10%'.");
}

function parseSeed(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number.');
}
