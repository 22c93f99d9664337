// SPDX-License-Identifier: Apache-2.0
/** With a worker of its own: the one that decodes is compiled first, and tested in test/package. */
import { thrown } from '../../../../../test/harness/thrown.js';
import { DataFolder } from '../../../../../test/training/dataFolder.js';
import { WorkerPool } from './workerPool.js';

const folder = new DataFolder();
const settings = { imageProcessor: {}, augmentation: 'none', seed: 3 } as const;
const file = folder.write({
  'worker.cjs': `
    const { parentPort, workerData, threadId } = require('node:worker_threads');
    parentPort.on('message', ({ key, epoch, bytes }) => {
      if (key === 'crash') throw new Error('no memory');
      if (key === 'exit') process.exit(3);
      if (key === 'never') return;
      parentPort.postMessage({ problem: [key, epoch, bytes.join(' '), workerData.seed].join(), threadId });
    });`,
});

let pool: WorkerPool;

beforeEach(() => {
  pool = new WorkerPool(file, settings, 3);
});

afterEach(() => pool.close());
afterAll(() => folder.remove());

const picture = (key: string) => ({ key, epoch: 1, bytes: Uint8Array.of(1, 2, 3).subarray(1) });

it('answers each picture, by no more threads than it has, and leaves the bytes alone', async () => {
  const pictures = Array.from({ length: 20 }, (_, i) => picture(`k${i}`));
  const answers = (await Promise.all(pictures.map((each) => pool.decode(each)))) as unknown as {
    problem: string;
    threadId: number;
  }[];
  expect(answers.map(({ problem }) => problem)).toEqual(pictures.map(({ key }) => `${key},1,2 3,3`));
  expect(new Set(answers.map(({ threadId }) => threadId)).size).toBe(3);
  expect([...pictures[0].bytes]).toEqual([2, 3]);
});

it.each([
  ['crash', 'The thread that was to decode crash failed: no memory.'],
  ['exit', 'The thread that was to decode exit failed: it ended with code 3.'],
])('names the record at which a thread came to its end: %s', async (key, message) => {
  expect(await thrown(() => pool.decode(picture(key)))).toStrictEqual(new Error(message));
  expect(await pool.decode(picture('next'))).toMatchObject({ problem: 'next,1,2 3,3' });
});

it('closes with pictures under way, and decodes none then', async () => {
  const waiting = thrown(() => pool.decode(picture('never')));
  await pool.close();
  expect(await waiting).toStrictEqual(new Error('The decoder was closed.'));
  expect(await thrown(() => pool.decode(picture('k')))).toStrictEqual(new Error('The decoder was closed.'));
});
