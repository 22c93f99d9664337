// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import type { ModelClass } from '@tfjs-clip/weights-converter';
import { localFiles } from '#platform';
import { InvalidArgumentError } from '../errors.js';
import { TFCLIPTextModel, TFCLIPTextModelWithProjection } from '../models/clipTextModel.js';
import { TFCLIPVisionModel, TFCLIPVisionModelWithProjection } from '../models/clipVisionModel.js';
import type { ModelFiles } from '../pretrained/modelFiles.js';
import type { SaveLayersModelOptions } from '../pretrained/saveLayersModel.js';
import type { SavePretrainedOptions } from '../pretrained/saveModel.js';
import type { ConversionSource } from './convertModel.js';
import { fullConfig } from './namedTensors.js';
import { copyProcessorFiles, processorParts } from './processorFiles.js';

interface TowerModel {
  saveLayersModel(directory: string, options: SaveLayersModelOptions): Promise<void>;
  dispose(): void;
}

type Load = (files: ModelFiles) => Promise<TowerModel>;

const text: Load = (files) => TFCLIPTextModel.fromModelFiles(files);
const projectedText: Load = (files) => TFCLIPTextModelWithProjection.fromModelFiles(files);
const vision: Load = (files) => TFCLIPVisionModel.fromModelFiles(files);
const projectedVision: Load = (files) => TFCLIPVisionModelWithProjection.fromModelFiles(files);

const TOWERS: Readonly<Record<ModelClass, Readonly<Record<string, Load>> | null>> = {
  CLIPModel: { text: projectedText, vision: projectedVision },
  CLIPTextModel: { text },
  CLIPTextModelWithProjection: { text: projectedText },
  CLIPVisionModel: { vision },
  CLIPVisionModelWithProjection: { vision: projectedVision },
  CLIPForImageClassification: null,
};

/** `text/` and `vision/`, a tf.LayersModel each, one tower in memory at a time; the processor's files beside them. */
export async function toLayersModels(
  source: ConversionSource,
  directory: string,
  { maxShardSize }: SavePretrainedOptions,
): Promise<string[]> {
  const { files, modelClass } = source;
  const towers = TOWERS[modelClass];
  if (!towers) {
    throw new InvalidArgumentError(
      `${files.name} is a ${modelClass}, which has no LayersModel. Convert it to: 'hf' instead.`,
    );
  }
  await tf.ready();
  const dtype = source.dtype === 'F16' ? 'F16' : 'F32';
  for (const [folder, load] of Object.entries(towers)) {
    const model = await load(files);
    try {
      await model.saveLayersModel(localFiles.join(directory, folder), { dtype, maxShardSize });
    } finally {
      model.dispose();
    }
  }
  return copyProcessorFiles(files, directory, processorParts(source.modelClass, fullConfig(source)));
}
