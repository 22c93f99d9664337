// SPDX-License-Identifier: Apache-2.0
/** `tfjs-clip evaluate` as a user runs it, on the emoji pictures. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, temporaryFolder, tfjsClip } from './command.js';

const emoji = path.join(root, 'test/fixtures/images/emoji');
const folder = temporaryFolder();
const inFolder = (name: string) => path.join(folder, name);
const evaluate = (...args: string[]) => tfjsClip(['evaluate', ...args, '-b', 'wasm'], { cwd: folder });

beforeAll(() => {
  for (const [animal, picture] of [
    ['cat', 'cat'],
    ['small_dog', 'dog'],
    ['pizza', 'pizza'],
    ['rocket', 'rocket'],
  ]) {
    mkdirSync(inFolder(`classes/${animal}`), { recursive: true });
    copyFileSync(path.join(emoji, `${picture}.png`), inFolder(`classes/${animal}/${picture}.png`));
  }
  mkdirSync(inFolder('rsicd'));
  const images = ['cat', 'dog', 'pizza'].map((name) => {
    copyFileSync(path.join(emoji, `${name}.png`), inFolder(`rsicd/${name}_1.png`));
    return { filename: `${name}_1.png`, split: 'test', sentences: [{ raw: `a ${name}` }, { raw: name }] };
  });
  images.push({ filename: 'gone.png', split: 'test', sentences: [{ raw: 'nothing' }] });
  writeFileSync(inFolder('rsicd/dataset.json'), JSON.stringify({ images }));
});

describe('classification', () => {
  it('of a folder for each class: a table, a picture and a page', async () => {
    const args = ['classes', '-t', 'emoji', '--confusion', 'c.svg', '--html', 'c.html'];
    expect(await evaluate('classification', ...args)).toEqual({
      exitCode: 0,
      signal: null,
      stderr:
        'dataset: classes: A folder for each class, 4 classes, 4 pictures, 1 captions each\n' +
        'backend: wasm\nwrote c.svg\nwrote c.html\n',
      stdout: [
        '4 pictures of 4 classes, 3 templates',
        '',
        'top-1   top-3  mean of classes',
        '75.0%  100.0%            75.0%',
        '',
        'class      pictures  right  taken for',
        'small dog         1   0.0%  cat 1',
        '',
      ].join('\n'),
    });
    const svg = readFileSync(inFolder('c.svg'), 'utf8');
    expect(svg).toContain('<title>small dog: 1 of 1 taken for cat</title>');
    expect(svg).toContain('<title>cat: 1 of 1 taken for what they are</title>');
    const page = readFileSync(inFolder('c.html'), 'utf8');
    expect(page).toContain(svg);
    expect(page).toContain('<tr><th scope="row">top-1</th><td class="number">75.0%</td></tr>');
    expect(page).toContain('<p>emoji-clip, templates: emoji</p>');
    const dog = readFileSync(path.join(emoji, 'dog.png')).toString('base64');
    expect(page.match(/<figure>.*<\/figure>/g)).toEqual([
      `<figure><img alt="" src="data:image/png;base64,${dog}"><figcaption>small dog <small>taken for cat</small></figcaption></figure>`,
    ]);
  });

  it('as CLIP-RSICD did it, in JSON; a picture whose name has no class is passed over', async () => {
    const data = path.join('rsicd', 'dataset.json');
    const flags = ['--labels-from', 'filename', '--templates', 'rsicd', '--at', '2,1', '--json'];
    const { exitCode, stdout, stderr } = await evaluate('classification', data, ...flags);
    expect(JSON.parse(stdout)).toEqual({
      model: 'emoji-clip',
      backend: 'wasm',
      templates: 'rsicd',
      pictures: 3,
      accuracyAt: { 1: 2 / 3, 2: 1 },
      meanAccuracyOfClasses: 2 / 3,
      classes: [
        { name: 'cat', pictures: 1, right: 1 },
        { name: 'dog', pictures: 1, right: 0 },
        { name: 'pizza', pictures: 1, right: 1 },
      ],
      confusion: [
        [1, 0, 0],
        [0, 0, 1],
        [0, 0, 1],
      ],
    });
    expect([exitCode, stderr.split('\n').slice(1)]).toEqual([0, ['backend: wasm', '']]);
  });

  it('takes classes and templates from files', async () => {
    writeFileSync(inFolder('classes.txt'), 'rocket\nsmall dog\ncat\npizza\nbook\n');
    writeFileSync(inFolder('templates.txt'), 'a {}\nthe {}\n');
    const flags = ['--classes', 'classes.txt', '--templates', 'templates.txt', '-q'];
    const { stdout, stderr } = await evaluate('classification', 'classes', ...flags);
    expect([stdout.split('\n')[0], stderr]).toEqual(['4 pictures of 5 classes, 2 templates', '']);
    writeFileSync(inFolder('classes.txt'), 'cat\npizza\nrocket\n');
    expect(await evaluate('classification', 'classes', ...flags)).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr:
        "tfjs-clip: small_dog/dog.png is labelled 'small dog', which is none of the 3 classes of the classifier.\n",
    });
  });
});

describe('retrieval', () => {
  const data = path.join('rsicd', 'dataset.json');

  it('both ways, with several captions a picture; tells of pictures that are not there', async () => {
    const { exitCode, stdout, stderr } = await evaluate('retrieval', data, '--at', '1,2');
    expect(exitCode).toBe(1);
    expect(stdout).toBe(
      [
        '3 pictures, 6 captions',
        '',
        '                  R@1     R@2    MRR    mAP   NDCG  mean  median',
        'text to image  100.0%  100.0%  1.000  1.000  1.000   1.0       1',
        'image to text  100.0%  100.0%  1.000  1.000  1.000   1.0       1',
        '',
      ].join('\n'),
    );
    expect(stderr).toMatch(/\ntfjs-clip: gone\.png: .+\ntfjs-clip: 1 of 4 could not be read\.\n$/);
  });

  it('in JSON, with equal captions as they are or as one', async () => {
    const lines = ['cat', 'dog'].map((name) =>
      JSON.stringify({ filename: `rsicd/${name}_1.png`, captions: ['an animal'] }),
    );
    writeFileSync(inFolder('animals.jsonl'), lines.join('\n'));
    const apart = await evaluate('retrieval', 'animals.jsonl', '--json');
    expect(apart.stderr).toContain(
      "\nnote: 1 caption is the same as another picture's, and each finds its own",
    );
    expect(JSON.parse(apart.stdout)).toMatchObject({
      ...{ model: 'emoji-clip', backend: 'wasm', pictures: 2, texts: 2, repeatedCaptions: 1 },
      textToImage: { queries: 2, candidates: 2, recallAt: { 1: 0.5, 5: 1, 10: 1 }, meanRank: 1.5 },
      imageToText: { queries: 2, candidates: 2, recallAt: { 1: 0, 5: 1, 10: 1 }, medianRank: 2 },
    });
    const merged = await evaluate('retrieval', 'animals.jsonl', '--json', '--merge-captions', '-q');
    expect(JSON.parse(merged.stdout)).toMatchObject({
      ...{ texts: 1, textToImage: { recallAt: { 1: 1 } }, imageToText: { recallAt: { 1: 1 } } },
    });
    expect(merged.stderr).toBe('');
  });
});

const more = '\nAdd --help to see what is possible.\n';

it.each([
  ['classification', `missing required argument 'data'${more}`],
  [
    'classification classes -t imagnet',
    'Cannot read the templates imagnet: no such file or directory. Give a file, or one of simple, imagenet, satellite, ' +
      'rsicd, emoji.\n',
  ],
  ['classification classes -t rsicd/dataset.json', 'rsicd/dataset.json: The template \'{"images":['],
  ['classification classes --confusion c.png', '--confusion c.png: the name must end in .svg.\n'],
  ['classification classes --html no/such/c.html', '--html no/such/c.html: there is no folder no/such.\n'],
  [
    'classification classes --labels-from path',
    `option '--labels-from <what>' argument 'path' is invalid. Allowed choices are caption, filename.${more}`,
  ],
  [
    'retrieval classes --at 0',
    `option '--at <list>' argument '0' is invalid. Give whole numbers of at least 1, separated by commas: 1,5,10.${more}`,
  ],
])('evaluate %s is a mistake: exit code 2', async (line, message) => {
  const { exitCode, stdout, stderr } = await evaluate(...line.split(' '));
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr.slice(0, message.length + 11)).toBe(`tfjs-clip: ${message}`);
  expect(existsSync(inFolder('c.png'))).toBe(false);
});

it('data that is not there: exit code 1', async () => {
  expect(await evaluate('retrieval', 'nothing')).toEqual({
    exitCode: 1,
    signal: null,
    stdout: '',
    stderr: "tfjs-clip: There is no dataset 'nothing': no such file or folder.\n",
  });
});
