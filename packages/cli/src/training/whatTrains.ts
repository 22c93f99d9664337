// SPDX-License-Identifier: Apache-2.0
/** What `--train` names. */
import {
  LoraAdapter,
  lastLayers,
  lockImageTower,
  lockTextTower,
  lora,
  saveLora,
  type Trainable,
  weightsOf,
} from '@tfjs-clip/training';
import type { TFCLIPModel } from 'tfjs-clip';

const USUAL_RANK = 8;

/** @param what matches WHAT_TRAINS */
export function whatTrains(what: string, model: TFCLIPModel, seed: number): Trainable {
  const [name, number] = what.split(':');
  const count = Number(number);
  if (name === 'text') return lockImageTower(model);
  if (name === 'image') return lockTextTower(model);
  if (name === 'last') return lastLayers(model, { text: count, vision: count });
  if (name === 'lora') return lora(model, { ...scaled(number ? count : USUAL_RANK), seed });
  return weightsOf(model);
}

/** The model that came out; of LoRA the changes too, for those who have the model already. */
export async function saveTrained(trainable: Trainable, folder: string, baseModel: string): Promise<void> {
  await trainable.model.savePretrained(folder);
  if (trainable instanceof LoraAdapter) await saveLora(trainable, `${folder}/adapter`, baseModel);
}

/** As usual: the changes count double. */
function scaled(rank: number): { rank: number; alpha: number } {
  return { rank, alpha: 2 * rank };
}
