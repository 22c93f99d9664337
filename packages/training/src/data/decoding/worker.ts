// SPDX-License-Identifier: Apache-2.0
/** What runs in a worker thread: pictures come, and their pixels go in the same order. */
import { parentPort, workerData } from 'node:worker_threads';
import { type EncodedPicture, pictureReader } from './pictureReader.js';

const read = pictureReader(workerData);
let last: Promise<void> = Promise.resolve();

parentPort!.on('message', (picture: EncodedPicture) => {
  last = last.then(() => answer(picture));
});

async function answer(picture: EncodedPicture): Promise<void> {
  const decoded = await read(picture);
  parentPort!.postMessage(decoded, 'pixels' in decoded ? [decoded.pixels.buffer] : []);
}
