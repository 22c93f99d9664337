// SPDX-License-Identifier: Apache-2.0
/** From what was measured to what is said: ratios, shares, agreement, the table and the plot, of figures that can be checked by eye. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Two rounds of one job and of the peak; `wrong` computes something else, `broken` did not get that far. */
const SCRIPT = `
  import { ofIds, ofNumbers, ofPixels } from './cases/agreement.mjs';
  import { plot } from './plot.mjs';
  import { caseResult } from './results.mjs';
  import { markdown } from './table.mjs';
  const job = { task: 'vision', size: 8, items: 8, label: '8 pictures', gigaflop: 40 };
  const peakJob = { task: 'matmul', size: 1, gigaflop: 2 };
  const run = (name, ms, peakMs, output, more) => ({
    peer: { name, threads: 2, packages: [], ...more },
    samples: new Map([[job, ms], [peakJob, peakMs]]),
    output: new Map([[job, output]]),
    memory: 5e8,
  });
  const result = caseResult(
    { name: 'vision', title: 'A tower <of one>', jobs: [job, peakJob], compare: ofNumbers },
    [
      run('tfjs-clip, fast', [200, 400, 100], [20, 10, 16], [3, 4.002], { rivals: { vision: 'rival' } }),
      run('rival', [400, 400, 500], [40, 40, 40], [3, 4]),
      run('wrong', [1, 1, 1], [40, 40, 40], [4, -3]),
      { peer: { name: 'broken', packages: [] }, failure: 'It fell over.\\n  at once' },
    ],
  );
  const machine = { cpu: 'A processor', cores: 2, node: 'v20' };
  const absent = [{ name: 'torch', why: 'no Python was given' }];
  const results = { cases: [{ ...result, date: '2026-01-02', machine, load: 0.5, rounds: 3, absent }] };
  console.log(JSON.stringify({
    result,
    markdown: markdown(results),
    svg: plot(results),
    pixels: ofPixels([10, 20, 30, 40], [10, 21, 33, 40]),
    ids: ofIds([[1, 2], [3]], [[1, 2], [4]]),
  }));
`;

interface Row {
  jobs: Record<string, object>;
  agreement: { difference: number };
  isWrong: boolean;
  failure?: string;
}

let figures: {
  result: { peak: object; reference: string; rows: Row[] };
  markdown: string;
  svg: string;
  pixels: object;
  ids: object;
};

beforeAll(async () => {
  const args = ['--input-type=module', '--eval', SCRIPT];
  figures = JSON.parse((await promisify(execFile)(process.execPath, args, { cwd: __dirname })).stdout);
});

it('ratios are taken round by round, rates from medians, shares from the fastest product of any engine', () => {
  const [ours, rival] = figures.result.rows;
  expect(figures.result.peak).toEqual({ name: 'tfjs-clip, fast', gigaflops: 200 });
  expect(ours.jobs['8 pictures']).toMatchObject({
    ms: { median: 200, lowest: 100, highest: 400 },
    timesAsFast: { median: 2, lowest: 1, highest: 5 },
    perSecond: 40,
    shareOfPeak: 1,
  });
  expect(rival.jobs['8 pictures']).toMatchObject({ shareOfPeak: 0.5 });
});

it('a peer that computes something else is found out; one that failed keeps its row', () => {
  const [ours, rival, wrong, broken] = figures.result.rows;
  expect(figures.result.reference).toBe('tfjs-clip, fast');
  expect([ours.isWrong, rival.isWrong, wrong.isWrong]).toEqual([false, false, true]);
  expect(rival.agreement.difference).toBeCloseTo(0.002 / 4.002, 10);
  expect(broken.failure).toBe('It fell over.\n  at once');
});

it('pictures are compared by levels, texts by rows', () => {
  expect(figures.pixels).toEqual({ unequal: 0.5, levels: 3, isSame: true });
  expect(figures.ids).toEqual({ unequal: 0.5, isSame: false });
});

it('the table', () => {
  const lines: string[] = figures.markdown.split('\n');
  const cells = (start: string) =>
    lines
      .find((line) => line.startsWith(`| ${start}`))!
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, -1);
  expect(cells('**tfjs-clip, fast**').slice(1)).toEqual([
    '2',
    '200 (100–400)',
    '2.00 (1.00–5.00)',
    'rival',
    '100%',
    '500',
    '0e+0, cosine 1.000000',
  ]);
  expect(cells('broken').slice(1, 3)).toEqual(['', 'failed: It fell over.']);
  expect(lines).toContain('Absent: torch: no Python was given.');
});

it('the plot has a bar a peer, the longest for the fastest', () => {
  const bars = [...figures.svg.matchAll(/<rect class="(\w+)" x="290" y="\d+" width="([\d.]+)"/g)];
  expect(bars.map(([, style, width]) => [style, Number(width)])).toEqual([
    ['ours', 2.2],
    ['theirs', 1.1],
    ['theirs', 440],
  ]);
  expect(figures.svg).toContain('>A tower &lt;of one></text>');
});
