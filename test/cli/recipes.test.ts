// SPDX-License-Identifier: Apache-2.0
/**
 * Every command line of docs/recipes runs as it stands there, on stand-ins of the data with the same names and formats: eight
 * pictures, emoji-clip in the place of the model, and one step in small batches. What follows the last of an option wins.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, temporaryFolder, tfjsClip } from './command.js';

const PICTURES = path.join(root, 'test/fixtures/images/emoji');
const NAMES = readdirSync(PICTURES).filter((name) => name.endsWith('.png'));
const recipes = path.join(root, 'docs/recipes');
const cwd = temporaryFolder();

beforeAll(() => {
  standIns();
});

describe.each(readdirSync(recipes))('%s', (recipe) => {
  const text = readFileSync(path.join(recipes, recipe), 'utf8');
  const blocks = [...text.matchAll(/```bash\n([\s\S]*?)```/g)].map(([, block]) => block);
  const lines = blocks.flatMap((block) => block.trim().split('\n'));

  it.each(lines.map((line) => [line]))('%s', async (line) => {
    const [command, ...args] = line.replace('openai/clip-vit-base-patch32', 'emoji-clip').split(' ');
    expect(command).toBe('tfjs-clip');
    const result = await tfjsClip([...args, ...quickly(args)], { cwd });
    expect(result.stderr).not.toMatch(/tfjs-clip: |left out/);
    expect(result.exitCode).toBe(0);
  });
});

/** The epochs that a line asks for are one; a batch has what there is. */
function quickly(args: string[]): string[] {
  if (args[0] !== 'train') return ['--backend', 'wasm'];
  if (args.includes('--resume') || args.includes('--preview')) return [];
  const length = args.includes('--steps') ? ['--steps', '1'] : ['--epochs', '1'];
  return [...length, '--batch-size', '8', '--chunk-size', '4', '--backend', 'wasm'];
}

function standIns(): void {
  const write = (file: string, content: string) => {
    mkdirSync(path.dirname(path.join(cwd, file)), { recursive: true });
    writeFileSync(path.join(cwd, file), content);
  };
  const folders = ['rsicd/rsicd_images', 'data/train2017', 'data/val2017', 'data/train2014', 'pictures'];
  for (const folder of folders) {
    for (const name of NAMES) cpSync(path.join(PICTURES, name), path.join(cwd, folder, nameIn(folder, name)));
  }
  const captions = (name: string) => [path.parse(name).name, `a ${path.parse(name).name} from above`];
  const lines = NAMES.map((name) =>
    JSON.stringify({ filename: `rsicd_images/${nameIn('rsicd', name)}`, captions: captions(name) }),
  );
  for (const part of ['train', 'valid']) write(`rsicd/textaug_${part}_rsicd.jsonl`, lines.join('\n'));
  write('rsicd/dataset_rsicd.json', karpathy('rsicd', ['test'], undefined));
  write('data/dataset_coco.json', karpathy('data', ['train', 'val', 'test'], 'train2014'));
  const images = NAMES.map((name, id) => ({ id, file_name: name }));
  const annotations = NAMES.map((name, id) => ({ id, image_id: id, caption: path.parse(name).name }));
  for (const part of ['train', 'val']) {
    write(`data/annotations/captions_${part}2017.json`, JSON.stringify({ images, annotations }));
  }
  for (const name of NAMES) write(`pictures/${path.parse(name).name}.txt`, path.parse(name).name);
}

/** RSICD's names have their class before the `_`. */
function nameIn(folder: string, name: string): string {
  return folder.startsWith('rsicd') ? name.replace('.', '_1.') : name;
}

function karpathy(folder: string, splits: string[], filepath: string | undefined): string {
  const images = splits.flatMap((split) =>
    NAMES.map((name) => ({
      ...{ filename: nameIn(folder, name), filepath, split },
      sentences: [{ raw: path.parse(name).name }],
    })),
  );
  return JSON.stringify({ images, dataset: folder });
}
