// SPDX-License-Identifier: Apache-2.0
/** A whole model by its id: the same as from its folder, and nothing of it is left behind. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { CLIPTokenizer, type ProgressEvent, pipeline, TFCLIPModel, TFCLIPTextModel } from 'tfjs-clip';
import { describeBackends } from '../harness/backends.js';
import { leavesNoTensors } from '../harness/leaks.js';
import { COMMIT, expectBytes, ID, useHub } from './setting.js';

const folder = path.resolve(__dirname, '../../packages/emoji-clip');
const picture = path.resolve(__dirname, '../fixtures/images/emoji/pizza.png');
const names = [
  'config.json',
  'model.safetensors',
  'preprocessor_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
];

describeBackends('a model by its id', () => {
  const setting = useHub();
  beforeEach(async () => {
    const contents = await Promise.all(names.map((name) => readFile(path.join(folder, name))));
    const files = Object.fromEntries(names.map((name, i) => [name, contents[i] as Uint8Array]));
    setting.hub.repositories.set(ID, { commit: COMMIT, files, large: ['model.safetensors'] });
  });

  it('answers as from its folder, leaving no tensor behind', async () => {
    await leavesNoTensors(async () => {
      const scores = [];
      for (const source of [ID, folder]) {
        const classify = await pipeline('zero-shot-image-classification', source);
        scores.push(await classify(picture, ['pizza', 'dog']));
        classify.dispose();
      }
      expect(scores[0]).toEqual(scores[1]);
    });
  });

  it('has the weights of the folder', async () => {
    const [ours, theirs] = [await TFCLIPModel.fromPretrained(ID), await TFCLIPModel.fromPretrained(folder)];
    for (const [name, weight] of ours.namedWeights()) {
      const expected = await theirs.namedWeights().get(name)!.data();
      expectBytes(bytesOf(await weight.data()), bytesOf(expected));
    }
    ours.dispose();
    theirs.dispose();
  });

  it('is fetched as far as it is needed', async () => {
    await CLIPTokenizer.fromPretrained(ID);
    expect(setting.hub.seen().filter((request) => request.endsWith('model.safetensors'))).toEqual([]);
  });

  it('leaves no tensor behind when it is cut off', async () => {
    setting.hub.intercept = (_request, response, at) => at === 'cdn' && !!response.destroy();
    await leavesNoTensors(() =>
      expect(TFCLIPTextModel.fromPretrained(ID)).rejects.toThrow('cannot be fetched'),
    );
  });

  it('reports one total for all its files, and then that it is ready', async () => {
    const events: ProgressEvent[] = [];
    const embed = await pipeline('feature-extraction', ID, {
      progressCallback: (event) => events.push(event),
    });
    embed.dispose();
    const totals = events.filter(({ status }) => status === 'progress_total');
    expect(totals.at(-1)).toMatchObject({ progress: 100, loaded: totals.at(-1)!.total });
    expect(events.at(-1)).toEqual({ status: 'ready', name: ID });
    for (const file of ['config.json', 'model.safetensors', 'tokenizer.json']) {
      const statuses = events.filter((event) => event.file === file).map(({ status }) => status);
      expect(statuses.filter((status) => status !== 'progress')).toEqual(['initiate', 'download', 'done']);
    }
  });
}, ['cpu']);

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
