// SPDX-License-Identifier: Apache-2.0
/** What `--eval` asks for: retrieval on pictures that are not trained on, and some of them for the report. */
import {
  type Evaluation,
  evaluateRetrieval,
  type ImageTextDataset,
  type ImageTextRecord,
  type RetrievalEvaluation,
  type SamplePrediction,
  samplePredictions,
} from '@tfjs-clip/training';
import type { CLIPProcessor, TFCLIPModel } from 'tfjs-clip';
import { openHeldOut } from './datasets.js';
import type { Settings } from './request.js';

/** Pictures in the report. */
const SAMPLES = 8;
const K = [1, 5, 10];

export interface OpenEvaluation {
  description: string;
  evaluation: Evaluation;
  predict(): Promise<SamplePrediction[]>;
}

export async function openEvaluation(
  settings: Settings,
  model: TFCLIPModel,
  processor: CLIPProcessor,
  batchesPerEpoch: number | null,
): Promise<OpenEvaluation | null> {
  const { eval: place, evalEvery, patience } = settings;
  if (place === undefined) return null;
  const dataset = await openHeldOut(place, settings);
  const samples = await firstOf(dataset, SAMPLES);
  const evaluate = async () =>
    metricsOf(await evaluateRetrieval(model, processor, dataset, { recallAt: K, truncation: true }));
  return {
    description: `evaluation: ${place}: ${dataset.describe()}`,
    evaluation: { every: evalEvery ?? batchesPerEpoch ?? 1000, metric: 'mean recall', patience, evaluate },
    predict: () => samplePredictions(model, processor, samples),
  };
}

/** The mean over both ways and all k is what papers on RSICD compare by. */
function metricsOf({ textToImage, imageToText }: RetrievalEvaluation): Record<string, number> {
  const entries = K.flatMap((k): [string, number][] => [
    [`text to image R@${k}`, textToImage.recallAt[k]],
    [`image to text R@${k}`, imageToText.recallAt[k]],
  ]);
  const mean = entries.reduce((sum, [, value]) => sum + value, 0) / entries.length;
  return { 'mean recall': mean, ...Object.fromEntries(entries) };
}

async function firstOf(dataset: ImageTextDataset, count: number): Promise<ImageTextRecord[]> {
  const records: ImageTextRecord[] = [];
  for await (const record of dataset.records({ epoch: 0, seed: null })) {
    records.push(record);
    if (records.length === count) break;
  }
  return records;
}
