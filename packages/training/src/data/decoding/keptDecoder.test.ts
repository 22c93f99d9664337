// SPDX-License-Identifier: Apache-2.0
import { setTimeout as wait } from 'node:timers/promises';
import { KeptDecoder } from './keptDecoder.js';
import { decoderHere, type PictureDecoder } from './pictureReader.js';

/** What was opened and closed, in order. */
let events: string[];

function kept(keptFor?: number): KeptDecoder {
  let opened = 0;
  return new KeptDecoder(() => {
    const number = ++opened;
    events.push(`open ${number}`);
    const { decode } = decoderHere({ imageProcessor: {}, augmentation: 'none', seed: 0 });
    const decoder: PictureDecoder = { decode, close: async () => void events.push(`close ${number}`) };
    return decoder;
  }, keptFor);
}

beforeEach(() => {
  events = [];
});

it('is opened once for all passes, when the first begins', async () => {
  const decoder = kept();
  expect(events).toEqual([]);
  const first = decoder.acquire();
  await decoder.release(true);
  expect(decoder.acquire()).toBe(first);
  await decoder.release(true);
  expect(events).toEqual(['open 1']);
  await decoder.close();
  await decoder.close();
  expect(events).toEqual(['open 1', 'close 1']);
});

it('is opened anew after it was closed', async () => {
  const decoder = kept();
  const first = decoder.acquire();
  await decoder.release(true);
  await decoder.close();
  expect(decoder.acquire()).not.toBe(first);
  await decoder.close();
  expect(events).toEqual(['open 1', 'close 1', 'open 2', 'close 2']);
});

it('closes at once when its last reader leaves pictures behind', async () => {
  const decoder = kept();
  decoder.acquire();
  decoder.acquire();
  await decoder.release(false);
  expect(events).toEqual(['open 1']);
  await decoder.release(false);
  expect(events).toEqual(['open 1', 'close 1']);
});

it('closes when nobody went on for a while, and not under a reader', async () => {
  const decoder = kept(20);
  decoder.acquire();
  await decoder.release(true);
  decoder.acquire();
  await wait(60);
  expect(events).toEqual(['open 1']);
  await decoder.release(true);
  await wait(60);
  expect(events).toEqual(['open 1', 'close 1']);
});
