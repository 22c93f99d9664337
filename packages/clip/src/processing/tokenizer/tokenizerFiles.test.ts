// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EMOJI_CLIP } from '../../../../../test/harness/tokenizers.js';
import { ConfigurationError } from '../../errors.js';
import type { ModelFiles } from '../../pretrained/modelFiles.js';
import { CLIPTokenizer, type TokenizerPretrainedOptions } from './clipTokenizer.js';

type Contents = Record<string, unknown>;

/** Files that are in memory only; what is not a string is JSON. */
function modelFiles(contents: Contents): ModelFiles {
  return {
    name: 'model',
    async read(file) {
      const content = contents[file];
      if (content === undefined) return null;
      return new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content));
    },
    open: async () => null,
  };
}

function load(contents: Contents, options?: TokenizerPretrainedOptions): Promise<CLIPTokenizer> {
  return CLIPTokenizer.fromModelFiles(modelFiles(contents), options);
}

const vocab = { a: 0, b: 1, 'a</w>': 2, 'b</w>': 3, 'ab</w>': 4, '<|startoftext|>': 5, '<|endoftext|>': 6 };
const merges = '#version: 0.2\na b</w>\n';
const model = { type: 'BPE', vocab, merges: [['a', 'b</w>']], end_of_word_suffix: '</w>' };

describe('files of a tokenizer', () => {
  it('are vocab.json and merges.txt', async () => {
    const tokenizer = await load({ 'vocab.json': vocab, 'merges.txt': merges });
    expect(tokenizer.encode('ab AB ba')).toEqual([5, 4, 4, 1, 2, 6]);
    expect(tokenizer.modelMaxLength).toBe(1e30);
  });

  it('are tokenizer.json rather, with merges in either form', async () => {
    const tokenizer = await load({ 'tokenizer.json': { model }, 'vocab.json': {}, 'merges.txt': '' });
    expect(tokenizer.encode('ab')).toEqual([5, 4, 6]);
    const older = await load({ 'tokenizer.json': { model: { ...model, merges: ['a b</w>'] } } });
    expect(older.encode('ab')).toEqual([5, 4, 6]);
  });

  it('say how to pad and truncate, and options say otherwise', async () => {
    const config = { model_max_length: 4, padding_side: 'left', truncation_side: 'left', pad_token: '[PAD]' };
    const whole = { model, added_tokens: [{ id: 9, content: '[PAD]' }] };
    const files = { 'tokenizer.json': whole, 'tokenizer_config.json': config };
    const tokenizer = await load(files);
    expect(tokenizer.call(['a b ab', 'b'], { padding: true, truncation: true }).inputIds).toEqual([
      [5, 3, 4, 6],
      [9, 5, 3, 6],
    ]);
    expect((await load(files, { modelMaxLength: 77, paddingSide: 'right' })).modelMaxLength).toBe(77);
  });

  it('name special tokens as text, as objects, or in special_tokens_map.json', async () => {
    const object = { content: 'a', __type: 'AddedToken', lstrip: false, normalized: true, rstrip: false };
    const files = { 'tokenizer.json': { model }, 'tokenizer_config.json': { bos_token: object } };
    expect((await load(files)).bosTokenId).toBe(0);
    const map = { 'special_tokens_map.json': { bos_token: 'b', additional_special_tokens: ['ab</w>'] } };
    const tokenizer = await load({ ...files, ...map });
    expect([tokenizer.bosToken, tokenizer.allSpecialTokens]).toEqual(['b', ['b', '<|endoftext|>', 'ab</w>']]);
  });

  it('look for a normalized special token in lower-cased text', async () => {
    const token = { id: 6, content: '<|endoftext|>', normalized: true, special: true };
    const tokenizer = await load({ 'tokenizer.json': { model, added_tokens: [token] } });
    expect(tokenizer.encode('a<|ENDOFTEXT|>')).toEqual([5, 2, 6, 6]);
    const config = { added_tokens_decoder: { 6: { ...token, normalized: false } } };
    const raw = await load({
      'tokenizer.json': { model, added_tokens: [token] },
      'tokenizer_config.json': config,
    });
    expect(raw.encode('<|ENDOFTEXT|>')).not.toEqual([5, 6, 6]);
  });

  it('may surround a text with other ids', async () => {
    const post_processor = { type: 'RobertaProcessing', cls: ['a', 0], sep: ['b', 1] };
    expect((await load({ 'tokenizer.json': { model, post_processor } })).encode('ab')).toEqual([0, 4, 1]);
  });

  it('may hold tokens named as properties of objects', async () => {
    const text = `{"__proto__": 7, "constructor": 8, ${JSON.stringify(vocab).slice(1)}`;
    const tokenizer = await load({ 'vocab.json': text, 'merges.txt': merges });
    expect(tokenizer.convertTokensToIds(['__proto__', 'constructor', 'toString'])).toEqual([7, 8, 6]);
  });

  it('keep the mode', async () => {
    const files = {
      'tokenizer.json': { model },
      'tokenizer_config.json': { mode: 'openai', pad_token: '<|endoftext|>' },
    };
    const tokenizer = await load(files);
    expect([tokenizer.mode, tokenizer.padTokenId, tokenizer.modelMaxLength]).toEqual(['openai', 0, 77]);
    expect((await load(files, { mode: 'hf' })).padTokenId).toBe(6);
    expect((await load(files, { padToken: 'b' })).padTokenId).toBe(1);
  });
});

describe("a stranger's files", () => {
  const json = (change: Contents) => ({ 'tokenizer.json': { model, ...change } });
  const withModel = (change: Contents) => json({ model: { ...model, ...change } });
  const config = (change: Contents) => ({ 'tokenizer.json': { model }, 'tokenizer_config.json': change });
  const token = { content: '<new>', id: 7 };

  it.each<[Contents, string]>([
    [
      { 'vocab.json': [], 'merges.txt': merges },
      'vocab.json of model must hold a JSON object, {…}; it holds something else.',
    ],
    [{ 'vocab.json': {}, 'merges.txt': merges }, 'vocab.json of model holds no tokens.'],
    [
      { 'vocab.json': { a: 'b' }, 'merges.txt': merges },
      `vocab.json of model gives the token 'a' the id "b"; an id is a whole number from 0 to 2147483647.`,
    ],
    [
      { 'vocab.json': { a: 2 ** 31 }, 'merges.txt': merges },
      "vocab.json of model gives the token 'a' the id 2147483648; an id is a whole number from 0 to 2147483647.",
    ],
    [
      { 'vocab.json': vocab, 'merges.txt': 'a b</w>\na\n' },
      `Merge 2 of merges.txt of model is "a", but must be two tokens, such as 'a b</w>'.`,
    ],
    [
      { 'vocab.json': vocab, 'merges.txt': 'a b\n' },
      "Merge 1, 'a' with 'b', needs the token 'ab', which is not in the vocabulary.",
    ],
    [withModel({ type: 'WordPiece' }), "tokenizer.json of model is a WordPiece tokenizer; CLIP's is BPE."],
    [
      withModel({ end_of_word_suffix: null }),
      "tokenizer.json of model ends words with null; CLIP's tokenizer ends them with '</w>'.",
    ],
    [
      withModel({ vocab: [['a', 0]] }),
      'The vocabulary in tokenizer.json of model must be an object that maps tokens to ids, such as {"a</w>": 320}.',
    ],
    [withModel({ vocab: { ...vocab, c: 0 } }), "The tokens 'a' and 'c' have the same id, 0."],
    [
      withModel({ merges: 'a b' }),
      "The list of merges in tokenizer.json of model must be a list of merges such as 'a b</w>'.",
    ],
    [
      withModel({ vocab: { a: 0, b: 1, 'b</w>': 2, 'ab</w>': 3 } }),
      "There is no token '<|startoftext|>' for bosToken; name one that the vocabulary or addedTokens has.",
    ],
    [json({ model: 3 }), 'tokenizer.json of model: model must be an object, got 3.'],
    [json({ added_tokens: {} }), 'tokenizer.json of model: added_tokens must be a list.'],
    [
      json({ added_tokens: [{ ...token, id: -1 }] }),
      'tokenizer.json of model: added_tokens[0] has the id -1; an id is a whole number from 0.',
    ],
    [
      json({ added_tokens: [{ id: 7 }] }),
      'tokenizer.json of model: added_tokens[0] is {"id":7}, but must be a token such as "<|endoftext|>" or {"content": "<|endoftext|>"}.',
    ],
    [
      json({ added_tokens: [{ ...token, lstrip: 1 }] }),
      'tokenizer.json of model: added_tokens[0].lstrip must be true or false, got 1.',
    ],
    [
      json({ added_tokens: [{ ...token, id: 0 }] }),
      "addedTokens gives the added token '<new>' the id 0, which is that of 'a'.",
    ],
    [
      json({ added_tokens: [{ id: 9, content: 'a' }] }),
      "addedTokens gives the added token 'a' the id 9, but it has the id 0 already.",
    ],
    [
      json({ post_processor: { type: 'TemplateProcessing' } }),
      'tokenizer.json of model: post_processor must be a RobertaProcessing with cls and sep, such as ["<|endoftext|>", 49407]; it is a TemplateProcessing.',
    ],
    [
      config({ model_max_length: 0 }),
      'tokenizer_config.json of model: model_max_length must be a positive number, got 0.',
    ],
    [
      config({ padding_side: 'up' }),
      `tokenizer_config.json of model: padding_side must be 'left' or 'right', got "up".`,
    ],
    [
      config({ eos_token: 7 }),
      'tokenizer_config.json of model: eos_token is 7, but must be a token such as "<|endoftext|>" or {"content": "<|endoftext|>"}.',
    ],
    [
      config({ pad_token: '[PAD]' }),
      "There is no token '[PAD]' for padToken; name one that the vocabulary or addedTokens has.",
    ],
    [
      config({ added_tokens_decoder: [] }),
      'tokenizer_config.json of model: added_tokens_decoder must be an object, got [].',
    ],
  ])('%j', async (contents, message) => {
    await expect(load(contents)).rejects.toThrow(new ConfigurationError(message));
  });

  it('may have no tokenizer at all', async () => {
    await expect(load({ 'vocab.json': vocab })).rejects.toThrow(
      'model has no tokenizer: it needs tokenizer.json, or vocab.json and merges.txt.',
    );
  });

  it('may be no text', async () => {
    const files = modelFiles({ 'vocab.json': vocab });
    const read = async (file: string) =>
      file === 'merges.txt' ? Uint8Array.of(0xff, 0xfe) : files.read(file);
    await expect(CLIPTokenizer.fromModelFiles({ ...files, read })).rejects.toThrow(
      'merges.txt of model is not UTF-8 text.',
    );
  });
});

it('merges.txt and vocab.json are saved as transformers saved them', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'tokenizer-'));
  const tokenizer = await CLIPTokenizer.fromPretrained(EMOJI_CLIP);
  expect(await tokenizer.saveVocabulary(folder, 'my')).toEqual(['my-vocab.json', 'my-merges.txt']);
  const [saved, original] = await Promise.all(
    [path.join(folder, 'my-merges.txt'), path.join(EMOJI_CLIP, 'merges.txt')].map((file) =>
      readFile(file, 'utf8'),
    ),
  );
  expect(saved).toBe(original);
  const vocabulary = await readFile(path.join(folder, 'my-vocab.json'), 'utf8');
  expect(new Map(Object.entries(JSON.parse(vocabulary)))).toEqual(tokenizer.getVocab());
  await rm(folder, { recursive: true });
});
