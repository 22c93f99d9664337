// SPDX-License-Identifier: Apache-2.0
/** What runs in a worker thread: a picture comes, its pixels go. */
import { parentPort, workerData } from 'node:worker_threads';
import { type EncodedPicture, pictureReader } from './pictureReader.js';

const read = pictureReader(workerData);

parentPort!.on('message', async (picture: EncodedPicture) => {
  const decoded = await read(picture);
  parentPort!.postMessage(decoded, 'pixels' in decoded ? [decoded.pixels.buffer] : []);
});
