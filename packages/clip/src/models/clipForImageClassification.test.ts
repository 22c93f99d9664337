// SPDX-License-Identifier: Apache-2.0
/** Labels in every form; logits, losses and gradients are compared in test/parity. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { describeBackends } from '../../../../test/harness/backends.js';
import { Fixture, modelFolder } from '../../../../test/harness/fixture.js';
import { leavesNoTensors } from '../../../../test/harness/leaks.js';
import { thrown } from '../../../../test/harness/thrown.js';
import { InvalidArgumentError } from '../errors.js';
import type { ModelFiles } from '../pretrained/modelFiles.js';
import { resolveModelFiles } from '../pretrained/resolveModelFiles.js';
import { TFCLIPForImageClassification } from './clipForImageClassification.js';

describeBackends('TFCLIPForImageClassification', () => {
  let model: TFCLIPForImageClassification;
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await Fixture.read('image-classification');
    model = await TFCLIPForImageClassification.fromPretrained(modelFolder('image-classification'));
  });
  afterAll(() => model.dispose());

  it.each(['single', 'multi'])('takes %s labels as lists', async (set) => {
    await leavesNoTensors(async () => {
      const { pixelValues, labels } = fixture.inputs(set);
      const list = (await labels!.array()) as number[] | number[][];
      const output = model.call({ pixelValues, labels: list });
      await expect(output.loss!).toBeCloseToTensor(fixture.get(`${set}.loss`).values, 5e-6);
      return [pixelValues, labels!, output];
    });
  });

  it('keeps no memory of the labels it saw', async () => {
    const losses = ['single', 'multi', 'single'].map((set) => {
      const inputs = fixture.inputs(set);
      const loss = tf.tidy(() => model.call(inputs).loss!);
      tf.dispose({ ...inputs });
      return loss;
    });
    const [first, , third] = await Promise.all(losses.map((loss) => loss.data()));
    expect(first).toEqual(third);
    tf.dispose(losses);
  });

  it('computes the configured loss, whatever the labels', async () => {
    await leavesNoTensors(async () => {
      const files = withProblemType(
        await resolveModelFiles(modelFolder('image-classification')),
        'regression',
      );
      const regression = await TFCLIPForImageClassification.fromModelFiles(files);
      const inputs = fixture.inputs('regression-by-config');
      const output = regression.call(inputs);
      await expect(output.loss!).toBeCloseToTensor(fixture.get('regression-by-config.loss').values, 5e-6);
      regression.dispose();
      return [{ ...inputs }, output];
    });
  });

  it('refuses labels that do not fit', async () => {
    const { pixelValues, labels } = fixture.inputs('single');
    await leavesNoTensors(async () => {
      expect(await thrown(() => model.call({ pixelValues, labels: [1, 2] }))).toStrictEqual(
        new InvalidArgumentError(
          'labels are [2], but single_label_classification on these logits takes [4] (4 pictures, 3 labels).',
        ),
      );
    });
    tf.dispose([pixelValues, labels!]);
  });
});

function withProblemType(files: ModelFiles, problemType: string): ModelFiles {
  const json = JSON.parse(
    readFileSync(path.join(modelFolder('image-classification'), 'config.json'), 'utf8'),
  );
  const config = new TextEncoder().encode(JSON.stringify({ ...json, problem_type: problemType }));
  return { ...files, read: async (file) => (file === 'config.json' ? config : files.read(file)) };
}
