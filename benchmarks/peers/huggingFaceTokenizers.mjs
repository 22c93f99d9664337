// SPDX-License-Identifier: Apache-2.0
/** Hugging Face's tokenizers in JavaScript. */
import { readFile } from 'node:fs/promises';
import { Tokenizer } from '@huggingface/tokenizers';
import { captionSlices } from '../inputs/captions.mjs';
import { PATHS } from '../inputs/paths.mjs';
import { eachOnce } from './eachOnce.mjs';

export default function createPeer() {
  return { tokenize };
}

async function tokenize() {
  const [json, config] = await Promise.all(
    ['tokenizer.json', 'tokenizer_config.json'].map(async (name) =>
      JSON.parse(await readFile(`${PATHS.clip}/${name}`, 'utf8')),
    ),
  );
  const tokenizer = new Tokenizer(json, config);
  return eachOnce(captionSlices, (slice, round) =>
    slice(round).map((caption) => tokenizer.encode(caption).ids),
  );
}
