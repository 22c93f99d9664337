// SPDX-License-Identifier: Apache-2.0
/** What is measured. A case has jobs, each a task of the peers at a size; `items` of them make a rate. */
import { textFlops, visionFlops } from '../flops.mjs';
import { LABELS, TEMPLATE } from '../inputs/labels.mjs';
import { PATHS } from '../inputs/paths.mjs';
import { PICTURES } from '../inputs/pictures.mjs';
import { SEQUENCE, TEXT_TOWER, VISION_TOWER } from '../inputs/tensors.mjs';
import { ofIds, ofNumbers, ofPixels } from './agreement.mjs';

const BATCHES = [1, 8];
const MATMUL_SIZE = 1536;
const CAPTIONS = 10_000;

/** The machine's peak: a product of large matrices, by every engine that uses all cores, in every round. */
const peakJob = { task: 'matmul', size: MATMUL_SIZE, gigaflop: (2 * MATMUL_SIZE ** 3) / 1e9 };

export const CASES = [
  {
    name: 'vision',
    title: 'Vision tower, ViT-B/32, float32',
    jobs: towerJobs('vision', 'picture', visionFlops(VISION_TOWER)),
    compare: ofNumbers,
  },
  {
    name: 'text',
    title: `Text tower, ViT-B/32, ${SEQUENCE} tokens, float32`,
    jobs: towerJobs('text', 'text', textFlops(TEXT_TOWER, SEQUENCE)),
    compare: ofNumbers,
  },
  {
    name: 'classify',
    title: `From JPEG files of 640 × 480 to probabilities of ${LABELS.length} labels, ViT-B/32, float32`,
    args: [PATHS.clip, LABELS, TEMPLATE],
    jobs: BATCHES.map((size) => ({ task: 'classify', size, items: size, label: counted(size, 'photo') })),
    compare: ofNumbers,
  },
  {
    name: 'resize',
    title: 'Bicubic resize to a short side of 224',
    jobs: Object.keys(PICTURES).map((size) => ({ task: 'resize', size, items: 1, label: `from ${size}` })),
    compare: ofPixels,
  },
  {
    name: 'tokenize',
    title: `Tokenizing ${CAPTIONS.toLocaleString('en')} captions, other ones in each round`,
    jobs: [{ task: 'tokenize', size: CAPTIONS, items: CAPTIONS, label: 'all' }],
    compare: ofIds,
  },
  { name: 'start', title: 'From a cold start to the first answer, emoji-clip, one photo', isStart: true },
];

function towerJobs(task, noun, flops) {
  const jobs = BATCHES.map((size) => ({
    task,
    size,
    items: size,
    label: counted(size, noun),
    gigaflop: (size * flops) / 1e9,
  }));
  return [...jobs, peakJob];
}

function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
