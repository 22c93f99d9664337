// SPDX-License-Identifier: Apache-2.0
/** Which parameters decay, and how fast each learns. */

/** Matrices and convolutions decay; norms, biases, the class embedding and logit_scale do not, as in CLIP's own training. */
export function decays(shape: readonly number[]): boolean {
  return shape.length >= 2;
}

/** A tower's parts in HF's names: 0 for embeddings, 1 … layers for its blocks, layers + 1 for what follows them. */
const BLOCK = /\.encoder\.layers\.(\d+)\./;
const EMBEDDINGS = /\.(?:embeddings|pre_layrnorm)\./;

/**
 * Learning rates that fall towards the input, `decay ** (layers + 1 − depth)`, so that what is general changes least. Clark et
 * al. 2020, appendix; Bao et al. 2022.
 *
 * @param names of all weights of the model, to know how many layers each tower has
 * @param decay in (0, 1]; 1 for none
 */
export function layerwiseScale(names: Iterable<string>, decay: number): (name: string) => number {
  const layers = new Map<string, number>();
  for (const name of names) {
    const block = BLOCK.exec(name);
    if (block) layers.set(towerOf(name), Math.max(layers.get(towerOf(name)) ?? 0, Number(block[1]) + 1));
  }
  return (name) => {
    const count = layers.get(towerOf(name));
    if (count === undefined) return 1; // Projections and logit_scale are above both towers.
    const block = BLOCK.exec(name);
    const depth = block ? Number(block[1]) + 1 : EMBEDDINGS.test(name) ? 0 : count + 1;
    return decay ** (count + 1 - depth);
  };
}

function towerOf(name: string): string {
  return name.slice(0, name.indexOf('.'));
}
