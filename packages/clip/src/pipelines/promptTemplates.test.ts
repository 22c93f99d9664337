// SPDX-License-Identifier: Apache-2.0
import { InvalidArgumentError } from '../errors.js';
import { DEFAULT_TEMPLATE, promptsOf } from './promptTemplates.js';

describe('promptsOf', () => {
  it('puts each label into the template, whatever characters it has', () => {
    expect(promptsOf(['a cat', '$& {}', 'żółw'], DEFAULT_TEMPLATE)).toEqual([
      'This is a photo of a cat.',
      'This is a photo of $& {}.',
      'This is a photo of żółw.',
    ]);
    expect(promptsOf(['cat'], '{}')).toEqual(['cat']);
  });

  it.each([
    [[], '{}', "candidateLabels is empty; give at least one label, such as ['a cat', 'a dog']."],
    [undefined, '{}', "candidateLabels is empty; give at least one label, such as ['a cat', 'a dog']."],
    [['cat', ''], '{}', 'candidateLabels 1 is empty; every label must name something.'],
    [[' \n'], '{}', 'candidateLabels 0 is empty; every label must name something.'],
    [['cat', 7], '{}', 'candidateLabels 1 is number, but must be a string.'],
    [['a', 'b', 'a'], '{}', "candidateLabels 0 and 2 are both 'a'; probabilities need distinct labels."],
    [
      ['a'],
      'a photo of',
      "hypothesisTemplate is 'a photo of', but must contain {}, where the label goes; for example 'This is a photo of {}.'.",
    ],
  ])('refuses %j with %j', (labels, template, message) => {
    expect(() => promptsOf(labels as string[], template as string)).toThrow(
      new InvalidArgumentError(message as string),
    );
  });
});
