// SPDX-License-Identifier: Apache-2.0
/** `tfjs-clip evaluate`: how good a model is on pictures of which the answers are known. */
import { type Command, Option } from 'commander';
import type { ClassificationFlags } from '../evaluation/classification.js';
import { addEvaluationOptions, checkOutput } from '../evaluation/flags.js';
import type { RetrievalFlags } from '../evaluation/retrieval.js';
import { createTerminal } from '../terminal.js';
import { exitCodeHelp } from './options.js';

const dataArgument = 'a file or folder, see below';

const classificationDescription =
  'Zero-shot classification: for each picture, whether its class is among the k whose names, put into sentences, fit ' +
  'it best. Of equal scores the wrong ones count first.';

const classificationHelp = `
Data:
  a folder       with a folder of pictures for each class; _ in its name is a space
  .csv .tsv      a table with a column of labels
  others         whatever tfjs-clip train reads; a record's first caption is its
                 class, or with --labels-from filename the part of the file's
                 name before the first _, as in RSICD's airport_12.jpg

Templates:
  simple     a photo of a {}.
  imagenet   OpenAI's 80 for ImageNet
  satellite  OpenAI's 18 for pictures from above
  rsicd      Aerial photograph of {}, as CLIP-RSICD's figures were made
  emoji      {}, a picture of {}, an emoji of {}
  a file     one sentence a line, with {} where the class goes
  Of several sentences a class is the mean of their vectors.

Examples:
  $ tfjs-clip evaluate classification flowers/ --templates imagenet --confusion flowers.svg
  $ tfjs-clip evaluate classification rsicd.json --labels-from filename --templates rsicd
  $ tfjs-clip evaluate classification labels.csv --label-column species --html report.html

JSON:
  {"model": …, "backend": …, "templates": …, "pictures": 1093,
   "accuracyAt": {"1": 0.883, "3": …}, "meanAccuracyOfClasses": …,
   "classes": [{"name": "airport", "pictures": 37, "right": 33}, …],
   "confusion": [[33, 0, …], …]}
  A row of confusion is a class, a column what its pictures are taken for.
`;

const retrievalDescription =
  'Retrieval: how far down the right picture is when all are ordered by how well they fit a caption, and the right ' +
  'captions when all are ordered for a picture. Of equal scores the wrong ones come first.';

const retrievalHelp = `
Data:
  whatever tfjs-clip train reads: tables, JSON lines, COCO's annotations,
  Karpathy's files, folders, webdataset shards

Columns:
  R@k     of the queries, those with a right one among the first k
  MRR     mean of 1 / rank of the first right one
  mAP     mean average precision, of all right ones
  NDCG    normalised discounted cumulative gain, of all right ones
  mean, median  rank of the first right one

Examples:
  $ tfjs-clip evaluate retrieval dataset_rsicd.json --image-root RSICD_images
  $ tfjs-clip evaluate retrieval captions.csv --model runs/a/model --json

JSON:
  {"model": …, "backend": …, "textToImage": {"queries": 5000, "candidates": 1000,
    "recallAt": {"1": …}, "recallOfAllAt": {"1": …}, "meanReciprocalRank": …,
    "meanAveragePrecision": …, "ndcg": …, "meanRank": …, "medianRank": …},
   "imageToText": {…}, "pictures": 1000, "texts": 5000, "repeatedCaptions": 0}
  recallOfAllAt: of a query's right ones, the share that is among the first k.
`;

export function defineEvaluate(program: Command): void {
  const evaluate = program
    .command('evaluate')
    .summary('measure how good a model is')
    .description('Measures how good a model is on pictures of which the answers are known.')
    .helpCommand(false);
  defineClassification(evaluate);
  defineRetrieval(evaluate);
}

function defineClassification(evaluate: Command): void {
  const command = evaluate
    .command('classification')
    .summary('whether pictures are taken for what they are')
    .description(classificationDescription)
    .argument('<data>', dataArgument)
    .option('-t, --templates <name|file>', 'the sentences that classes are put into, see below', 'simple')
    .option('--classes <file>', 'the names of all classes, one a line (default: those of the data)')
    .option('--label-column <name>', 'of a table: the column with the classes (default: found by its name)')
    .addOption(
      new Option('--labels-from <what>', "what says a picture's class")
        .choices(['caption', 'filename'])
        .default('caption'),
    )
    .option('--confusion <file>', 'draw what is taken for what, as .svg')
    .option('--html <file>', 'write a page with everything, as .html');
  addEvaluationOptions(command, [1, 3, 5, 10]).addHelpText('after', classificationHelp + exitCodeHelp);
  command.action(async (place: string, flags: ClassificationFlags) => {
    await checkOutput('--confusion', flags.confusion, '.svg');
    await checkOutput('--html', flags.html, '.html');
    const { runClassification } = await import('../evaluation/classification.js'); // It brings tfjs along.
    await runClassification(place, flags, createTerminal(flags));
  });
}

function defineRetrieval(evaluate: Command): void {
  const command = evaluate
    .command('retrieval')
    .summary('whether captions find their pictures, and pictures their captions')
    .description(retrievalDescription)
    .argument('<data>', dataArgument)
    .option('--caption-column <name>', 'of a table: the column with captions (default: found by its name)')
    .option('--merge-captions', 'equal captions are one, and right for the pictures of all of them');
  addEvaluationOptions(command, [1, 5, 10]).addHelpText('after', retrievalHelp + exitCodeHelp);
  command.action(async (place: string, flags: RetrievalFlags) => {
    const { runRetrieval } = await import('../evaluation/retrieval.js'); // It brings tfjs along.
    await runRetrieval(place, flags, createTerminal(flags));
  });
}
