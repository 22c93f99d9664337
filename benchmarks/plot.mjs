// SPDX-License-Identifier: Apache-2.0
/** Results as an SVG: a panel a case, a row a peer, a bar a job; longer is faster. Follows the reader's light or dark. */

const WIDTH = 860;
const LABELS = 290; // where bars begin
const BARS = 440; // how long the longest is
const BAR = 10;
const GAP = 7; // between rows
const PANEL_HEAD = 50;
const MARGIN = 16;

const STYLE = `
  svg { --paper: #ffffff; --ink: #1f2328; --pale: #59636e; --ours: #0969da; --theirs: #afb8c1; }
  @media (prefers-color-scheme: dark) {
    svg { --paper: #0d1117; --ink: #f0f6fc; --pale: #9198a1; --ours: #4493f8; --theirs: #545d68; }
  }
  text { font: 12px system-ui, sans-serif; fill: var(--ink); }
  .title { font-weight: 600; font-size: 14px; }
  .value, .legend { fill: var(--pale); font-size: 11px; }
  .paper { fill: var(--paper); }
  .ours { fill: var(--ours); }
  .theirs { fill: var(--theirs); }
  .second { opacity: 0.55; }
`;

/** @param results as run.mjs writes them to results.json */
export function plot({ cases }) {
  let y = MARGIN;
  const parts = [];
  for (const { title, labels, rows } of cases.filter(hasRates)) {
    parts.push(text(MARGIN, y + 14, title, 'title'), text(MARGIN, y + 32, legend(labels), 'legend'));
    y += PANEL_HEAD;
    const shown = rows.filter(({ failure }) => !failure);
    const fastest = labels.map((label) => Math.max(...shown.map(({ jobs }) => jobs[label].perSecond)));
    for (const row of shown) {
      parts.push(...peer(row, labels, fastest, y));
      y += labels.length * (BAR + 2) + GAP;
    }
    y += MARGIN;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}">`,
    '<title>How many a second each engine computes</title>',
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="${WIDTH}" height="${y}"/>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

function peer({ name, jobs }, labels, fastest, top) {
  const height = labels.length * (BAR + 2);
  const colour = name.startsWith('tfjs-clip') ? 'ours' : 'theirs';
  const bars = labels.flatMap((label, i) => {
    const { perSecond } = jobs[label];
    const y = top + i * (BAR + 2);
    const length = Math.max(1, (perSecond / fastest[i]) * BARS);
    const shade = i > 0 ? ' second' : '';
    return [
      `<rect class="${colour}${shade}" x="${LABELS}" y="${y}" width="${length.toFixed(1)}" height="${BAR}"/>`,
      text(LABELS + length + 6, y + BAR - 1, rate(perSecond), 'value'),
    ];
  });
  return [text(MARGIN, top + height / 2 + 3, name), ...bars];
}

/** Each job has its own scale. */
function legend([first, second]) {
  return second ? `a second; upper bar: ${first}, lower bar: ${second}` : 'a second';
}

function hasRates({ rows, labels }) {
  return rows.some(({ jobs }) => jobs?.[labels[0]].perSecond);
}

function rate(perSecond) {
  return perSecond < 100 ? perSecond.toPrecision(2) : Math.round(perSecond).toLocaleString('en');
}

function text(x, y, content, style) {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}"${style ? ` class="${style}"` : ''}>${escaped}</text>`;
}
