// SPDX-License-Identifier: Apache-2.0
/** The texts of --help stand here whole: whoever changes one reads it, aloud if possible. */
import { createRequire } from 'node:module';
import { tfjsClip } from './command.js';

const help = `Usage: tfjs-clip [options] [command]

CLIP on the command line: pictures and texts in one space.

Without --model it uses emoji-clip, a small model that comes along and knows
emoji and emoji-like pictures. On photographs it mostly guesses; name a real
CLIP for those.

Options:
  -V, --version                  print the version
  -h, --help                     show this help

Commands:
  classify [options] <image...>  say which of your labels fits a picture
  embed [options] [image...]     turn pictures or texts into vectors

Examples:
  $ tfjs-clip classify pizza.png --labels pizza,dog,rocket
  $ tfjs-clip embed pictures/ --out pictures.npy

The options of a command: tfjs-clip classify --help

Environment:
  HF_TOKEN           your access token, for gated models of the Hugging Face hub
  HF_ENDPOINT        a mirror of the hub
  COLUMNS=60         draw this wide
  NO_COLOR=1         no colours
  TFJS_CLIP_DEBUG=1  stack traces with errors

Exit codes:
  0  all is well
  1  something could not be done: a picture that cannot be read, no such model
  2  the command line makes no sense

`;

const classifyHelp = `Usage: tfjs-clip classify [options] <image...>

Says which of your labels fits a picture best, with a probability for each
label. The probabilities of a picture sum to 100%: they weigh your labels
against each other, and do not say that any of them is right.

Arguments:
  image                       PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF: files,
                              web addresses, folders (not their subfolders), or
                              - for standard input

Options:
  -l, --labels <list>         what the pictures may show, separated by commas
  --label <text>              one more label, which may contain commas; can be
                              repeated
  --labels-file <file>        a text file with one label a line
  -t, --template <text>       the sentence a label is put into, at {} (default:
                              "This is a photo of {}.")
  -n, --top <count>           show only the likeliest labels (default: all)
  --alpha-background <color>  put transparent pictures on this colour, such as
                              '#ffffff' (default: what the model asks for)
  -m, --model <id>            a folder, a web address, a Hugging Face id, or
                              emoji-clip (default: "emoji-clip")
  -b, --backend <name>        what to compute with: tfjs-node-gpu, tfjs-node,
                              wasm, cpu (default: the first of these that is
                              installed)
  --truncation                cut texts that are longer than the model's
                              context, instead of refusing them
  --json                      print one JSON document
  -q, --quiet                 only errors on standard error: no remarks, no
                              progress
  -h, --help                  show this help

Examples:
  $ tfjs-clip classify pizza.png --labels pizza,dog,rocket
  $ tfjs-clip classify holiday/ --labels-file labels.txt --top 3 --json
  $ curl -s https://example.org/a.jpg | tfjs-clip classify - -l 'a cat,a dog'

JSON:
  {"model": …, "backend": …, "template": …, "pictures": [
    {"picture": "pizza.png", "labels": [{"label": "pizza", "score": 0.98}, …]},
    {"picture": "gone.png", "error": "…"}]}
  Labels come likeliest first; pictures that cannot be read come last.

Exit codes:
  0  all is well
  1  something could not be done: a picture that cannot be read, no such model
  2  the command line makes no sense

`;

const embedHelp = `Usage: tfjs-clip embed [options] <image...>
       tfjs-clip embed [options] --text <text...>

Turns pictures or texts into vectors of one space, in which what belongs
together is close. Without --out they go to standard output as JSON lines.

Arguments:
  image                       PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF: files,
                              web addresses, folders (not their subfolders), or
                              - for standard input

Options:
  --text <text...>            embed these texts instead of pictures
  -o, --out <file>            write to this file, whose ending says how: .npy or
                              .jsonl
  --normalize                 divide each vector by its length, so that dot
                              products are cosines
  --alpha-background <color>  put transparent pictures on this colour, such as
                              '#ffffff' (default: what the model asks for)
  -m, --model <id>            a folder, a web address, a Hugging Face id, or
                              emoji-clip (default: "emoji-clip")
  -b, --backend <name>        what to compute with: tfjs-node-gpu, tfjs-node,
                              wasm, cpu (default: the first of these that is
                              installed)
  --truncation                cut texts that are longer than the model's
                              context, instead of refusing them
  --json                      print one JSON document
  -q, --quiet                 only errors on standard error: no remarks, no
                              progress
  -h, --help                  show this help

Examples:
  $ tfjs-clip embed pictures/ --normalize --out pictures.npy
  $ tfjs-clip embed --text 'a pizza' 'a dog' --normalize --out texts.npy
  $ tfjs-clip embed cat.jpg >> vectors.jsonl

Files:
  .npy    float32, a row for each picture or text, in the order given and within
          folders by name; not written if one cannot be read, since then rows and
          names would not match
  .jsonl  a line for each: {"picture": "cat.jpg", "embedding": [0.1, …]}, or "text"

JSON:
  {"model": …, "backend": …, "normalized": false, "embeddings": [
    {"picture": "cat.jpg", "embedding": [0.1, …]}, {"picture": "gone.png", "error": "…"}]}

Exit codes:
  0  all is well
  1  something could not be done: a picture that cannot be read, no such model
  2  the command line makes no sense

`;

describe('tfjs-clip', () => {
  it.each([
    [['--help'], help],
    [[], help],
    [['classify', '--help'], classifyHelp],
    [['embed', '-h'], embedHelp],
  ])('%j explains itself', async (args, text) => {
    expect(await tfjsClip(args)).toEqual({ exitCode: 0, signal: null, stdout: text, stderr: '' });
  });

  it('fits its help into narrow terminals', async () => {
    const { stdout } = await tfjsClip(['--help'], { env: { COLUMNS: '50' } });
    const description = stdout.slice(0, stdout.indexOf('Examples:'));
    for (const line of description.split('\n')) expect(line.length).toBeLessThanOrEqual(50);
  });

  it('tells its version', async () => {
    const { version } = createRequire(__filename)('../../packages/cli/package.json');
    expect(await tfjsClip(['--version'])).toMatchObject({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
  });
});

const more = '\nAdd --help to see what is possible.\n';

it.each([
  ['clasify', `unknown command 'clasify'\n(Did you mean classify?)${more}`],
  ['classify --labels a,b', `missing required argument 'image'${more}`],
  ['classify a.png --lables a,b', `unknown option '--lables'\n(Did you mean --labels?)${more}`],
  ['classify a.png', 'No labels. Say what the picture may show: --labels cat,dog,rocket\n'],
  [
    'classify a.png -l a,,b',
    'A label is empty. Write labels without stray commas: --labels cat,dog,rocket\n',
  ],
  ['classify a.png -l a,b,a', "The label 'a' is given twice. Probabilities need distinct labels.\n"],
  [
    'classify a.png --labels-file /no/such/file',
    'Cannot read the labels file /no/such/file: no such file or directory.\n',
  ],
  ['classify a.png --labels-file /dev/null', 'The labels file /dev/null has no labels. Write one a line.\n'],
  [
    'classify a.png -l a -t photo',
    "option '-t, --template <text>' argument 'photo' is invalid. " +
      `It must contain {}, where the label goes: 'a drawing of {}'.${more}`,
  ],
  [
    'classify a.png -l a -n 0',
    `option '-n, --top <count>' argument '0' is invalid. Give a whole number of at least 1.${more}`,
  ],
  [
    'classify a.png -l a -b cuda',
    "option '-b, --backend <name>' argument 'cuda' is invalid. " +
      `There are tfjs-node-gpu, tfjs-node, wasm, cpu.${more}`,
  ],
  [
    'classify a.png -l a --alpha-background white',
    "option '--alpha-background <color>' argument 'white' is invalid. " +
      `Give red, green and blue as hexadecimal digits, in quotes: '#ffffff'.${more}`,
  ],
  ['embed', "Nothing to embed. Give pictures, or --text 'a dog'.\n"],
  ['embed a.png --text dog', 'Give pictures or --text, not both; run it twice.\n'],
  ['embed a.png --json --out a.npy', '--json prints to standard output; with --out, leave it out.\n'],
  [
    'embed a.png --out a.csv',
    '--out a.csv: the name must end in .npy or .jsonl, which says how to write it.\n',
  ],
  ['embed a.png --out no/such/a.npy', '--out no/such/a.npy: there is no folder no/such.\n'],
])('%s is a mistake: exit code 2', async (line, message) => {
  expect(await tfjsClip(line.split(' '))).toEqual({
    exitCode: 2,
    signal: null,
    stdout: '',
    stderr: `tfjs-clip: ${message}`,
  });
});
