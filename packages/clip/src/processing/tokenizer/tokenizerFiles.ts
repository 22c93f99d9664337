// SPDX-License-Identifier: Apache-2.0
/** A tokenizer's files: tokenizer.json, or vocab.json and merges.txt of older models, and their configuration. */
import { asObject, type JSONObject } from '../../configuration/fields.js';
import { ConfigurationError, ModelNotFoundError } from '../../errors.js';
import type { ModelFiles } from '../../pretrained/modelFiles.js';
import { readJSON } from '../../pretrained/readJSON.js';
import { type AddedToken, NAMED_TOKENS, readAddedToken } from './specialTokens.js';
import type { CLIPTokenizerOptions } from './tokenizerOptions.js';
import { END_OF_WORD, isTokenId, parseMerges, readMerges, readVocab } from './vocabulary.js';

/** @throws ModelNotFoundError if there is no tokenizer, ConfigurationError if a file of it is not as it should be */
export async function readTokenizerFiles(files: ModelFiles): Promise<CLIPTokenizerOptions> {
  const whole = await readJSON(files, 'tokenizer.json');
  const vocabulary = whole ? readTokenizerJSON(whole, files.name) : await readVocabularyFiles(files);
  const config = (await readJSON(files, 'tokenizer_config.json')) ?? {};
  const map = 'added_tokens_decoder' in config ? null : await readJSON(files, 'special_tokens_map.json');
  return { ...vocabulary, ...readConfig({ ...config, ...map }, files.name, vocabulary.addedTokens ?? []) };
}

/** tokenizer.json's normalizer, pre-tokenizer and decoder are CLIP's, whatever it says; so it is in transformers. */
function readTokenizerJSON(json: JSONObject, name: string): CLIPTokenizerOptions {
  const where = `tokenizer.json of ${name}`;
  const model = asObject(json.model, `${where}: model`);
  if (model.type !== undefined && model.type !== 'BPE') {
    throw new ConfigurationError(`${where} is a ${String(model.type)} tokenizer; CLIP's is BPE.`);
  }
  if (model.end_of_word_suffix !== undefined && model.end_of_word_suffix !== END_OF_WORD) {
    throw new ConfigurationError(
      `${where} ends words with ${JSON.stringify(model.end_of_word_suffix)}; CLIP's tokenizer ends them with '${END_OF_WORD}'.`,
    );
  }
  const added = json.added_tokens ?? [];
  if (!Array.isArray(added)) throw new ConfigurationError(`${where}: added_tokens must be a list.`);
  return {
    vocab: readVocab(model.vocab, `The vocabulary in ${where}`),
    merges: readMerges(model.merges, `The list of merges in ${where}`),
    addedTokens: added.map((token, i) =>
      readTokenWithId(token, asObject(token, where).id, `${where}: added_tokens[${i}]`),
    ),
    ...readPostProcessor(json.post_processor, where),
  };
}

async function readVocabularyFiles(files: ModelFiles): Promise<CLIPTokenizerOptions> {
  const [vocab, merges] = [await readJSON(files, 'vocab.json'), await files.read('merges.txt')];
  if (!vocab || !merges) {
    throw new ModelNotFoundError(
      `${files.name} has no tokenizer: it needs tokenizer.json, or vocab.json and merges.txt.`,
    );
  }
  const added = (await readJSON(files, 'added_tokens.json')) ?? {};
  return {
    vocab: readVocab(vocab, `vocab.json of ${files.name}`),
    merges: parseMerges(decodeText(merges, files.name), `merges.txt of ${files.name}`),
    addedTokens: Object.entries(added).map(([content, id]) =>
      readTokenWithId({ content, special: false }, id, `added_tokens.json of ${files.name}`),
    ),
  };
}

function readPostProcessor(value: unknown, where: string): Pick<CLIPTokenizerOptions, 'markers'> {
  if (value === undefined || value === null) return {};
  const { type, cls, sep } = asObject(value, `${where}: post_processor`);
  const idOf = (pair: unknown) => (Array.isArray(pair) ? pair[1] : undefined);
  const [start, end] = [idOf(cls), idOf(sep)];
  if (type === 'RobertaProcessing' && isTokenId(start) && isTokenId(end)) return { markers: { start, end } };
  throw new ConfigurationError(
    `${where}: post_processor must be a RobertaProcessing with cls and sep, such as ["<|endoftext|>", 49407]; it is a ${String(type)}.`,
  );
}

function readConfig(
  json: JSONObject,
  name: string,
  known: readonly (AddedToken & { id: number })[],
): Partial<CLIPTokenizerOptions> {
  const where = `tokenizer_config.json of ${name}`;
  const decoder = asObject(json.added_tokens_decoder ?? {}, `${where}: added_tokens_decoder`);
  const ofConfig = Object.entries(decoder).map(([id, token]) =>
    readTokenWithId(token, Number(id), `${where}: added_tokens_decoder["${id}"]`),
  );
  const others = known.filter(({ content }) => !ofConfig.some((token) => token.content === content));
  const addedTokens = [...others, ...ofConfig];
  const readNamed = (value: unknown, key: string) => readAddedToken(value, `${where}: ${key}`, true);
  const named = NAMED_TOKENS.map((token) => [token, json[token.replace('Token', '_token')]] as const)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([token, value]) => [token, readNamed(value, token.replace('Token', '_token'))]);
  const extra = json.extra_special_tokens ?? json.additional_special_tokens;
  return {
    ...Object.fromEntries(named),
    ...(Array.isArray(extra) && {
      additionalSpecialTokens: extra.map((token) => readNamed(token, 'additional_special_tokens')),
    }),
    addedTokens,
    ...readScalars(json, where),
  };
}

function readScalars(json: JSONObject, where: string): Partial<CLIPTokenizerOptions> {
  const read = <T>(key: string, accepted: string, isValid: (value: unknown) => boolean): T | undefined => {
    const value = json[key] ?? undefined;
    if (value === undefined || isValid(value)) return value as T | undefined;
    throw new ConfigurationError(`${where}: ${key} must be ${accepted}, got ${JSON.stringify(value)}.`);
  };
  const isSide = (value: unknown) => value === 'left' || value === 'right';
  const scalars = {
    modelMaxLength: read<number>(
      'model_max_length',
      'a positive number',
      (v) => typeof v === 'number' && v > 0,
    ),
    paddingSide: read<'left' | 'right'>('padding_side', "'left' or 'right'", isSide),
    truncationSide: read<'left' | 'right'>('truncation_side', "'left' or 'right'", isSide),
    mode: read<'hf' | 'openai'>('mode', "'hf' or 'openai'", (v) => v === 'hf' || v === 'openai'),
  };
  return Object.fromEntries(Object.entries(scalars).filter(([, value]) => value !== undefined));
}

function readTokenWithId(token: unknown, id: unknown, where: string): AddedToken & { id: number } {
  if (!isTokenId(id)) {
    throw new ConfigurationError(
      `${where} has the id ${JSON.stringify(id)}; an id is a whole number from 0.`,
    );
  }
  return { ...readAddedToken(token, where, false), id };
}

function decodeText(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ConfigurationError(`merges.txt of ${name} is not UTF-8 text.`, { cause });
  }
}
