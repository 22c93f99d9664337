// SPDX-License-Identifier: Apache-2.0
import { fixtureFiles } from '../../testing/fixtures.js';
import { openCheckpoint } from '../openCheckpoint.js';

const INDEX = 'pytorch_model.bin.index.json';
const SECOND = 'pytorch_model-00002-of-00002.bin';

/** The sharded fixture with another index; true maps come from a function of the true one. */
async function opening(index: string | ((map: Record<string, string>) => object)) {
  const truth = JSON.parse(new TextDecoder().decode((await fixtureFiles('torch-sharded').read(INDEX))!));
  const text = typeof index === 'string' ? index : JSON.stringify({ weight_map: index(truth.weight_map) });
  const files = fixtureFiles('torch-sharded', { [INDEX]: new TextEncoder().encode(text) });
  const asked: string[] = [];
  const checked = {
    ...files,
    open: (file: string) => {
      asked.push(file);
      return files.open(file);
    },
  };
  const error = await openCheckpoint(checked).catch((e) => e);
  expect(files.use.open).toBe(0);
  return { error, asked: asked.filter((file) => /shard|[\\/]|\.\./.test(file)) };
}

it.each([
  '../secret.bin',
  '/etc/passwd.bin',
  'a/b.bin',
  'C:\\x.bin',
  'a\\b.bin',
  '..bin',
  'x..bin',
  '%2e%2e%2fx.bin',
  'a\u0000.bin',
  '.hidden.bin',
  'x.exe',
  'https://example.com/x.bin',
  42,
])('an index that lists %j is refused, and the file not asked for', async (file) => {
  const { error, asked } = await opening((map) => ({ ...map, logit_scale: file }));
  expect(error.message).toBe(
    `${INDEX} is refused: it lists ${JSON.stringify(file)}; a shard is a plain file name beside the index.`,
  );
  expect(asked).toEqual([]);
});

it.each<[string, string | ((map: Record<string, string>) => object), string]>([
  ['that is not JSON', '{', 'it is not JSON'],
  ['without a map', '[]', 'it has no weight_map from tensors to files'],
  ['whose map is a list', '{"weight_map": []}', 'it has no weight_map from tensors to files'],
  ['of nothing', () => ({}), 'it lists no files, or too many'],
  [
    'of a tensor that its shard has not',
    (map) => ({ ...map, more: SECOND }),
    `it lists 'more' in ${SECOND}, which does not hold it`,
  ],
  [
    'of a tensor in another shard',
    (map) => ({ ...map, logit_scale: SECOND }),
    `it lists 'logit_scale' in ${SECOND}, which does not hold it`,
  ],
])('an index %s is refused', async (_what, index, message) => {
  const { error } = await opening(index);
  expect(error.message).toBe(
    `${INDEX} cannot be read: ${message}. It is damaged or incomplete; fetch it again.`,
  );
});

it('a shard that is not there is named', async () => {
  const { error } = await opening((map) => ({ ...map, more: 'shard-3.bin' }));
  expect(error).toMatchObject({
    code: 'FILE_NOT_FOUND',
    message: `tiny-clip has no shard-3.bin, which ${INDEX} lists: fetch all files of the model.`,
  });
});
