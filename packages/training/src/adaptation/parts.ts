// SPDX-License-Identifier: Apache-2.0
/** Parts of a model that train while the rest stays as it is. */
import { InvalidArgumentError, type TFCLIPModel } from 'tfjs-clip';
import { type Trainable, weightsOf } from './trainable.js';

export const TOWERS = ['text', 'vision'] as const;
/** A tower with its projection. */
export type TowerName = (typeof TOWERS)[number];

const BEGINNINGS: Readonly<Record<TowerName, RegExp>> = {
  text: /^text_(?:model|projection)\b/,
  vision: /^(?:vision_model|visual_projection)\b/,
};
const BLOCK = /\.encoder\.layers\.(\d+)\./;
const AFTER_BLOCKS = /(?:\.(?:post_layernorm|final_layer_norm)|^(?:text|visual)_projection)\./;

/** Whose weight or layer it is; null for `logit_scale`. */
export function towerOf(name: string): TowerName | null {
  return TOWERS.find((tower) => BEGINNINGS[tower].test(name)) ?? null;
}

/** The towers of which nothing trains. */
export function frozenTowers({ parameters }: Trainable): TowerName[] {
  const names = [...parameters.keys()].filter((name) => name !== 'logit_scale');
  const trained = names.map(towerOf);
  // A name that is of neither may be of both.
  return trained.includes(null) ? [] : TOWERS.filter((tower) => !trained.includes(tower));
}

/**
 * The text tower learns to read a vision tower that stays as it is. Zhai et al. 2022 (LiT). The vision tower's projection stays
 * too, as with open_clip's `--lock-image`: the vectors of pictures, once computed, remain true. The text tower's projection
 * and `logit_scale` train.
 */
export function lockImageTower(model: TFCLIPModel): Trainable {
  return weightsOf(model, (name) => towerOf(name) !== 'vision');
}

/** The vision tower, its projection and `logit_scale` train; what is known of texts remains true. */
export function lockTextTower(model: TFCLIPModel): Trainable {
  return weightsOf(model, (name) => towerOf(name) !== 'text');
}

export interface LastLayers {
  /** Blocks at the end of the text tower. Default 0: none of the tower trains. */
  text?: number;
  /** Blocks at the end of the vision tower. Default 0: none of the tower trains. */
  vision?: number;
}

/**
 * The last blocks of each tower, with the norm and the projection after them, and `logit_scale`.
 *
 * @throws InvalidArgumentError for more layers than a tower has, or none at all
 */
export function lastLayers(model: TFCLIPModel, layers: LastLayers): Trainable {
  const counts = { text: layers.text ?? 0, vision: layers.vision ?? 0 };
  const depths = {
    text: model.config.textConfig.numHiddenLayers,
    vision: model.config.visionConfig.numHiddenLayers,
  };
  for (const tower of TOWERS) checkCount(tower, counts[tower], depths[tower]);
  if (counts.text + counts.vision === 0) {
    throw new InvalidArgumentError('Nothing would train: give text or vision a number of layers above 0.');
  }
  return weightsOf(model, (name) => {
    const tower = towerOf(name);
    if (tower === null) return true;
    if (counts[tower] === 0) return false;
    const block = BLOCK.exec(name);
    return block ? Number(block[1]) >= depths[tower] - counts[tower] : AFTER_BLOCKS.test(name);
  });
}

/**
 * The weights whose names match any of the patterns, such as `/layer_?norm/` or `'logit_scale'`; text must be the whole name,
 * or its parts from the left: `'vision_model.encoder.layers.11'`.
 *
 * @throws InvalidArgumentError for a pattern that no weight matches
 */
export function namedParts(model: TFCLIPModel, patterns: readonly (string | RegExp)[]): Trainable {
  const names = [...model.namedWeights().keys()];
  const matches = (pattern: string | RegExp, name: string) =>
    typeof pattern === 'string' ? `${name}.`.startsWith(`${pattern}.`) : name.search(pattern) >= 0;
  for (const pattern of patterns) {
    if (names.some((name) => matches(pattern, name))) continue;
    throw new InvalidArgumentError(
      `No weight of the model matches ${pattern}; its names are such as ${names[0]}, ${names.at(-1)}.`,
    );
  }
  if (patterns.length === 0) throw new InvalidArgumentError('Nothing would train: name some weights.');
  return weightsOf(model, (name) => patterns.some((pattern) => matches(pattern, name)));
}

function checkCount(tower: TowerName, count: number, depth: number): void {
  if (Number.isInteger(count) && count >= 0 && count <= depth) return;
  throw new InvalidArgumentError(
    `${tower} is ${count}, but must be a whole number from 0 to ${depth}, the layers of that tower.`,
  );
}
