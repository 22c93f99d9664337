// Decodes pictures here and in threads. Arguments: import or require, and the pictures.
import { readFile } from 'node:fs/promises';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import threads from 'node:worker_threads';

const [way, ...paths] = process.argv.slice(2);
let started = 0;
threads.Worker = class extends threads.Worker {
  constructor(...args) {
    super(...args);
    started++;
  }
};
syncBuiltinESMExports();

const load = way === 'require' ? createRequire(import.meta.url) : (name) => import(name);
const { batchesOf, datasetOf } = await load('@tfjs-clip/training');
const { CLIPProcessor } = await load('tfjs-clip');

const pictures = await Promise.all(paths.map((path) => readFile(path)));
const dataset = datasetOf(
  [...pictures, Buffer.from('none'), ...pictures].map((image) => ({ image, captions: 'x' })),
);
const processor = await CLIPProcessor.fromPretrained('emoji-clip');

const result = { here: [], inThreads: [], broken: [] };
for (const [name, workers] of [
  ['here', 0],
  ['inThreads', 2],
]) {
  const onBroken = ({ key }) => result.broken.push(key);
  const options = { processor, batchSize: 3, workers, augmentation: 'rsicd', shuffle: false, onBroken };
  const batches = batchesOf(dataset, options); // not closed: its threads stay, and the process ends all the same
  for (const epoch of [0, 1]) {
    for await (const { keys, pixelValues } of batches.batches(epoch)) {
      const values = await pixelValues.data();
      result[name].push([keys.join(), values.reduce((sum, value) => sum + Math.abs(value), 0)]);
    }
  }
}
for await (const _ of batchesOf(dataset, { processor, batchSize: 1, workers: 2 }).batches(0)) break;
console.log(JSON.stringify({ ...result, started }));
