// SPDX-License-Identifier: Apache-2.0
import { refusal } from '../testing/rawFile.js';
import { openFile, replaceFile } from './fileBrowser.js';

it('a path where there are no files is refused with what to pass instead', async () => {
  const error = await refusal(openFile('model.safetensors'));
  expect(error.code).toBe('INVALID_SOURCE');
  expect(error.message).toBe(
    "'model.safetensors' is not an http(s) address, and there are no files here: pass a whole address, a Blob or an ArrayBuffer.",
  );
});

it('saving where there are no files is refused with what to use instead', async () => {
  const error = await refusal(replaceFile('model.safetensors', (async function* () {})()));
  expect(error.code).toBe('WRITE_FAILED');
  expect(error.message).toBe(
    'model.safetensors cannot be written: there are no files here. Use toSafetensorsBytes or writeSafetensors.',
  );
});
