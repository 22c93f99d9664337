// SPDX-License-Identifier: Apache-2.0
/** From the names of classes to a classifier of pictures. Radford et al. 2021, §3.1.4: prompt ensembles. */
import { type CLIPProcessor, type CLIPTokenizer, InvalidArgumentError, type TFCLIPModel } from 'tfjs-clip';
import { type ClassOptions, embedClasses } from './embedClasses.js';
import { checkTemplates, TEMPLATES, type TemplateSet } from './templates/index.js';
import { ZeroShotClassifier } from './zeroShotClassifier.js';

/**
 * ```ts
 * const classifier = await buildZeroShotClassifier(model, processor, ['cat', 'dog'], 'imagenet');
 * await classifier.save('cats-and-dogs.safetensors');
 * ```
 * @param templates sentences with `{}` where the name goes, or the name of a set
 * @throws InvalidArgumentError for no classes, equal ones, or templates that do not fit; TokenizationError for a sentence
 *   beyond the model's context. Nothing stays allocated then.
 */
export async function buildZeroShotClassifier(
  model: TFCLIPModel,
  processor: CLIPProcessor | CLIPTokenizer,
  classNames: readonly string[],
  templates: TemplateSet | readonly string[] = 'simple',
  options: ClassOptions = {},
): Promise<ZeroShotClassifier> {
  checkClassNames(classNames);
  const sentences = typeof templates === 'string' ? setOf(templates) : templates;
  checkTemplates(sentences);
  const vectors = await embedClasses(model, processor, classNames, sentences, options);
  return new ZeroShotClassifier([...classNames], [...sentences], vectors);
}

function checkClassNames(classNames: readonly string[]): void {
  if (classNames.length === 0) {
    throw new InvalidArgumentError("There are no classes; give their names, such as ['cat', 'dog'].");
  }
  const empty = classNames.findIndex((name) => name.trim() === '');
  if (empty >= 0) throw new InvalidArgumentError(`Class ${empty} has an empty name.`);
  const seen = new Set<string>();
  for (const name of classNames) {
    if (seen.has(name))
      throw new InvalidArgumentError(`Two classes are named '${name}'; each needs its own.`);
    seen.add(name);
  }
}

function setOf(name: TemplateSet): readonly string[] {
  if (Object.hasOwn(TEMPLATES, name)) return TEMPLATES[name];
  throw new InvalidArgumentError(
    `There are no templates '${name}'; there are ${Object.keys(TEMPLATES).join(', ')}.`,
  );
}
