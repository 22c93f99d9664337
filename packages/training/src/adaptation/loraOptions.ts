// SPDX-License-Identifier: Apache-2.0
/** What an adapter is made of, and which layers it adapts. */
import { CLIPLinear, InvalidArgumentError, type TFCLIPModel } from 'tfjs-clip';
import { TOWERS, type TowerName, towerOf } from './parts.js';

export interface LoraOptions {
  /** Of the change of a weight. Default 8. */
  rank?: number;
  /** The change is scaled by alpha / rank. Default 8. */
  alpha?: number;
  /** Linear layers, by their names or the ends of them: `'q_proj'`, `'mlp.fc1'`. Default: q_proj and v_proj (Hu et al., §4.2). */
  targetModules?: readonly string[];
  /** Default: both. */
  towers?: readonly TowerName[];
  /** Scales by alpha / √rank instead. Kalajdzievski 2023. Default false. */
  useRslora?: boolean;
  /** Of the matrices A. Default 0. */
  seed?: number;
}

/** Of the options what stays true of an adapter once it is made. */
export type LoraScaling = Required<Pick<LoraOptions, 'rank' | 'alpha' | 'useRslora'>>;

/** α / r, or α / √r. */
export function scaleOf({ rank, alpha, useRslora }: LoraScaling): number {
  return alpha / (useRslora ? Math.sqrt(rank) : rank);
}

/** The linear layers of the model, by the names that PyTorch gives them. */
export function linearLayers(model: TFCLIPModel): Map<string, CLIPLinear> {
  const layers = [...model.layer.descendants()].filter((layer) => layer instanceof CLIPLinear);
  return new Map(layers.map((layer) => [layer.path.replaceAll('/', '.'), layer]));
}

/**
 * The layers that PEFT would choose by these names, of these towers.
 *
 * @throws InvalidArgumentError for a name that chooses none
 */
export function targetLayers(
  model: TFCLIPModel,
  { targetModules = ['q_proj', 'v_proj'], towers = TOWERS }: LoraOptions,
): Map<string, CLIPLinear> {
  checkTowers(towers);
  const layers = [...linearLayers(model)].filter(([name]) => towers.includes(towerOf(name)!));
  const isNamed = (name: string, target: string) => name === target || name.endsWith(`.${target}`);
  if (targetModules.length === 0) throw new InvalidArgumentError('targetModules is empty; name some layers.');
  for (const target of targetModules) {
    if (layers.some(([name]) => isNamed(name, target))) continue;
    const ends = new Set(layers.map(([name]) => name.slice(name.lastIndexOf('.') + 1)));
    throw new InvalidArgumentError(
      `targetModules has '${target}', which is no linear layer of ${towers.join(' and ')}; there are ${[...ends].join(', ')}.`,
    );
  }
  return new Map(layers.filter(([name]) => targetModules.some((target) => isNamed(name, target))));
}

/** @throws InvalidArgumentError for a number out of range */
export function checkScaling({ rank, alpha }: LoraScaling): void {
  if (!(Number.isInteger(rank) && rank >= 1)) {
    throw new InvalidArgumentError(`rank is ${rank}, but must be a whole number of at least 1.`);
  }
  if (!(alpha > 0 && Number.isFinite(alpha))) {
    throw new InvalidArgumentError(`alpha is ${alpha}, but must be a number above 0.`);
  }
}

function checkTowers(towers: readonly string[]): void {
  const isTower = (tower: string) => (TOWERS as readonly string[]).includes(tower);
  if (towers.length > 0 && towers.every(isTower)) return;
  throw new InvalidArgumentError(
    `towers is ${JSON.stringify(towers)}, but must be some of "text", "vision".`,
  );
}
