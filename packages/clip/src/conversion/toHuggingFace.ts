// SPDX-License-Identifier: Apache-2.0
import { type SavePretrainedOptions, saveModel } from '../pretrained/saveModel.js';
import type { ConversionSource } from './convertModel.js';
import { fullConfig, withTensors } from './namedTensors.js';
import { copyProcessorFiles, processorParts } from './processorFiles.js';

/** What savePretrained of the model writes, and the files of its processor. */
export async function toHuggingFace(
  source: ConversionSource,
  directory: string,
  { quantization, maxShardSize }: SavePretrainedOptions,
): Promise<string[]> {
  const config = { ...fullConfig(source), architectures: [source.modelClass] };
  const options = { dtype: source.dtype, quantization, maxShardSize };
  await withTensors(source, (tensors) => saveModel(directory, config, tensors, options));
  return copyProcessorFiles(source.files, directory, processorParts(source.modelClass, config));
}
