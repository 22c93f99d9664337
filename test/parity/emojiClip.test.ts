// SPDX-License-Identifier: Apache-2.0
/** A trained checkpoint, stored in halves, on photographs: transformers' pixels and ids in, its logits out. */
import { TFCLIPModel } from 'tfjs-clip';
import { describeBackends } from '../harness/backends.js';
import { beyond, differences, Fixture, withModel } from '../harness/fixture.js';

/** Relative to each output’s largest magnitude; measured: up to 1.4e-6. */
const TOLERANCE = 1e-5;

describeBackends('emoji-clip', () => {
  it('gives embeddings, logits and loss', async () => {
    const fixture = await Fixture.read('emoji-clip');
    await withModel(TFCLIPModel.fromPretrained('emoji-clip'), async (model) => {
      const output = model.call(fixture.inputs('base'), { returnLoss: true });
      const { textModelOutput, visionModelOutput, ...recorded } = output;
      expect(beyond(TOLERANCE, await differences(recorded, fixture, 'base'))).toEqual({});
    });
  });
});
