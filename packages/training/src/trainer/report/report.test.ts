// SPDX-License-Identifier: Apache-2.0
import type { LogEntry } from '../runFolder/log.js';
import { chart, type Point } from './chart.js';
import { reportHTML } from './report.js';

const time = '2026-11-24T20:12:14.272Z';

function step(step: number, loss: number): LogEntry {
  const rest = {
    epoch: 0,
    size: 4,
    lossOfGuessing: 1.5,
    learningRate: 1e-5,
    gradientNorm: 2,
    logitScale: 14,
  };
  return { step, loss, ...rest, seconds: 0.5, time };
}

describe('a report', () => {
  const entries: LogEntry[] = [
    step(1, 1.5),
    step(2, 0.5),
    { step: 2, metrics: { 'top<1>': 0.25 }, isBest: true, time },
  ];

  it('sums up the run', () => {
    expect(reportHTML({ title: 'runs/a&b', entries })).toContain(
      '<h1>runs/a&amp;b</h1>\n<p>2 steps, 8 pictures in 1.0 s (8.00 pictures/s), until 2026-11-24 20:12 UTC.</p>',
    );
    expect(reportHTML({ title: 'a', entries: [] })).toContain('<p>No step has been taken yet.</p>');
  });

  it('says of each curve how it ends', () => {
    const labels = [...reportHTML({ title: 'a', entries }).matchAll(/aria-label="([^"]*)"/g)].map(
      ([, label]) => label,
    );
    expect(labels).toEqual([
      'Loss: batch 0.5, guessing 1.5',
      'Evaluation: top&lt;1&gt;: top&lt;1&gt; 0.25',
      'Learning rate: rate 1e-5',
      'Norm of the gradient, before clipping: norm 2',
      'Scale of the logits: scale 14',
      'Pictures a second: speed 8',
    ]);
  });

  it('shows settings and predictions, with what others wrote as text', () => {
    const html = reportHTML({
      ...{ title: 'a', entries, settings: { model: '<m>', augment: { flip: 0.5 } } },
      predictions: [
        {
          ...{ picture: Uint8Array.of(1, 2, 3), caption: 'a "dog"' },
          guesses: [
            { text: 'a <cat>', score: 0.75 },
            { text: 'a "dog"', score: 0.125 },
          ],
        },
      ],
    });
    expect(html).toContain('<tr><th scope="row">model</th><td>&lt;m&gt;</td></tr>');
    expect(html).toContain('<td>{&quot;flip&quot;:0.5}</td>');
    expect(html).toContain('<img alt="" src="data:image/png;base64,AQID">');
    expect(html).toContain('<li><meter value="0.75"></meter> 75.0% a &lt;cat&gt;</li>');
    expect(html).toContain('<li class="right"><meter value="0.125"></meter> 12.5% a &quot;dog&quot;</li>');
  });
});

describe('a chart', () => {
  const pathOf = (svg: string, style: string) => new RegExp(`class="${style}" d="([^"]*)"`).exec(svg)?.[1];

  it('draws values where they belong between the ticks', () => {
    const svg = chart('t', [{ name: 'n', points: [[1, 0], [2, 4], [3, 2]] }]); // biome-ignore format: a table
    expect(pathOf(svg, 'line0')).toBe('M56.0 190.0L251.0 14.0L446.0 102.0');
    expect([...svg.matchAll(/>([\d.]+)<\/text>/g)].map(([, text]) => text)).toEqual([
      '0',
      '1',
      '2',
      '3',
      '4',
      '1',
      '2',
      '3',
    ]);
  });

  it('draws many as means within their range', () => {
    const points = Array.from({ length: 400 }, (_, i): Point => [i + 1, i % 2]);
    const svg = chart('t', [{ name: 'n', points }]);
    expect(pathOf(svg, 'line0')!.split(/[ML]/).slice(1)).toHaveLength(200);
    expect(new Set(pathOf(svg, 'line0')!.match(/ \S+?(?=L|$)/g))).toEqual(new Set([' 102.0'])); // all 0.5
    expect(pathOf(svg, 'band0')!.split(/[ML]/).slice(1)).toHaveLength(400);
  });

  it('leaves out what is no number, draws one point as a dot, and nothing for none', () => {
    const dot = chart('t', [{ name: 'n', points: [[5, 0.25], [6, Number.NaN]] }]); // biome-ignore format: a table
    expect(dot).toContain('<circle class="line0" cx="251.0" cy="102.0" r="3"/>');
    expect(dot).not.toContain('<path class="line');
    expect(chart('t', [{ name: 'n', points: [] }])).toBe('');
  });
});
