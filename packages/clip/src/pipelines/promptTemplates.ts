// SPDX-License-Identifier: Apache-2.0
/** From labels to the sentences that a text tower reads: 'pizza' → 'This is a photo of pizza.' */
import { InvalidArgumentError } from '../errors.js';

/** Hugging Face's, with the full stop. */
export const DEFAULT_TEMPLATE = 'This is a photo of {}.';

/**
 * Each label put in the place of `{}`.
 *
 * @throws InvalidArgumentError for no labels, an empty label, two equal labels, or a template without `{}`
 */
export function promptsOf(labels: readonly string[], template: string): string[] {
  if (!Array.isArray(labels) || labels.length === 0) {
    throw new InvalidArgumentError(
      "candidateLabels is empty; give at least one label, such as ['a cat', 'a dog'].",
    );
  }
  const seen = new Map<string, number>();
  labels.forEach((label, index) => {
    checkLabel(label, index);
    const first = seen.get(label);
    if (first !== undefined) {
      throw new InvalidArgumentError(
        `candidateLabels ${first} and ${index} are both '${label}'; probabilities need distinct labels.`,
      );
    }
    seen.set(label, index);
  });
  if (typeof template !== 'string' || !template.includes('{}')) {
    throw new InvalidArgumentError(
      `hypothesisTemplate is '${template}', but must contain {}, where the label goes; for example '${DEFAULT_TEMPLATE}'.`,
    );
  }
  return labels.map((label) => template.split('{}').join(label));
}

function checkLabel(label: unknown, index: number): void {
  if (typeof label !== 'string') {
    throw new InvalidArgumentError(`candidateLabels ${index} is ${typeof label}, but must be a string.`);
  }
  if (label.trim() === '') {
    throw new InvalidArgumentError(`candidateLabels ${index} is empty; every label must name something.`);
  }
}
