// SPDX-License-Identifier: Apache-2.0
/** Whether peers compute the same: a benchmark of wrong numbers is worth nothing. */

/** Of embeddings and probabilities: the difference is part of the largest magnitude. */
export function ofNumbers(output, reference) {
  checkLength(output, reference);
  let [product, norm, referenceNorm, difference, magnitude] = [0, 0, 0, 0, 0];
  for (const [i, expected] of reference.entries()) {
    product += output[i] * expected;
    norm += output[i] ** 2;
    referenceNorm += expected ** 2;
    difference = Math.max(difference, Math.abs(output[i] - expected));
    magnitude = Math.max(magnitude, Math.abs(expected));
  }
  const cosine = product / Math.sqrt(norm * referenceNorm);
  return { cosine, difference: difference / magnitude, isSame: cosine > 0.999 };
}

/** Of pictures: levels of 0 to 255. */
export function ofPixels(output, reference) {
  checkLength(output, reference);
  const differences = reference.map((level, i) => Math.abs(level - output[i]));
  const unequal = differences.filter((difference) => difference > 0).length / reference.length;
  return { unequal, levels: differences.reduce((a, b) => Math.max(a, b), 0), isSame: unequal < 1 };
}

/** Of rows of token ids. */
export function ofIds(output, reference) {
  checkLength(output, reference);
  const unequal = reference.filter((row, i) => row.join() !== output[i].join()).length / reference.length;
  return { unequal, isSame: unequal < 0.01 };
}

function checkLength(output, reference) {
  if (output.length === reference.length) return;
  throw new Error(`It computes ${output.length} numbers where the reference computes ${reference.length}.`);
}
