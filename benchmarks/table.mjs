// SPDX-License-Identifier: Apache-2.0
/** Results as Markdown. */

const [LEFT, RIGHT] = ['left', 'right'];

export function markdown({ cases }) {
  return `${cases.flatMap(section).join('\n')}\n`;
}

function section({ title, labels, peak, reference, rows, ...circumstances }) {
  const hasAgreement = rows.some(({ agreement }) => agreement);
  const columns = [
    ['engine', LEFT, ({ name }) => (name.startsWith('tfjs-clip') ? `**${name}**` : name)],
    ['threads', RIGHT, ({ threads }) => threads ?? ''],
    ...labels.map((label) => [`${label} (ms)`, RIGHT, ({ jobs }) => spread(jobs[label].ms)]),
    ...labels.map((label) => [
      `times as fast: ${label}`,
      RIGHT,
      ({ jobs }) => spread(jobs[label].timesAsFast, 2),
    ]),
    ['as', LEFT, ({ rival }) => rival ?? ''],
    ...(peak
      ? [
          [
            'of the peak',
            RIGHT,
            ({ jobs }) => labels.map((label) => percent(jobs[label].shareOfPeak)).join(', '),
          ],
        ]
      : []),
    ...(hasAgreement
      ? [
          ['peak memory (MB)', RIGHT, ({ memory }) => (memory / 1e6).toFixed(0)],
          [`differs from ${reference}`, LEFT, ({ agreement }) => difference(agreement)],
        ]
      : []),
  ];
  const heads = columns.map(([head]) => head);
  const body = rows.map((row) =>
    columns.map(([, , cell], i) => (row.failure ? failedCell(row, i) : cell(row))),
  );
  return [
    `### ${title}`,
    '',
    ...aligned(
      heads,
      columns.map(([, rule]) => rule),
      body,
    ),
    '',
    ...(peak
      ? [`The peak: ${peak.gigaflops.toFixed(0)} GFLOP/s in a product of matrices, by ${peak.name}.`, '']
      : []),
    ...footnotes(circumstances, rows),
  ];
}

/** A Markdown table whose columns stand in line in a terminal too. */
function aligned(heads, rules, body) {
  const texts = [heads, ...body].map((cells) => cells.map(String));
  const widths = heads.map((_, i) => Math.max(...texts.map((cells) => cells[i].length)));
  const pad = (cell, i) => (rules[i] === RIGHT ? cell.padStart(widths[i]) : cell.padEnd(widths[i]));
  const rule = widths.map((width, i) =>
    rules[i] === RIGHT ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  );
  const [head, ...lines] = texts.map((cells) => `| ${cells.map(pad).join(' | ')} |`);
  return [head, `| ${rule.join(' | ')} |`, ...lines];
}

function failedCell({ name, failure }, column) {
  return [name, '', `failed: ${failure.split('\n')[0]}`][column] ?? '';
}

function spread(figures, digits) {
  if (!figures) return '';
  const text = (value) => value.toFixed(digits ?? (value < 10 ? 1 : 0));
  return `${text(figures.median)} (${text(figures.lowest)}–${text(figures.highest)})`;
}

function percent(share) {
  return `${(share * 100).toFixed(0)}%`;
}

/** As agreement.mjs found it. */
function difference({ cosine, difference, levels, unequal }) {
  if (cosine !== undefined) return `${difference.toExponential(0)}, cosine ${cosine.toFixed(6)}`;
  const share = `${(unequal * 100).toFixed(unequal > 0 && unequal < 0.01 ? 2 : 0)}%`;
  if (levels !== undefined) return levels === 0 ? 'nothing' : `${share} of the levels, by up to ${levels}`;
  return unequal === 0 ? 'nothing' : `${share} of the rows`;
}

function footnotes({ date, machine, load, rounds, absent }, rows) {
  const { cpu, cores, node } = machine;
  const versions = Object.entries(Object.assign({}, ...rows.map((row) => row.versions)));
  return [
    `${date}, ${cpu}, ${cores} cores, Node ${node}; load of the machine before: ${load.toFixed(1)}. Median of ${rounds} rounds (lowest–highest).`,
    ...(versions.length > 0
      ? [`${versions.map(([name, version]) => `${name} ${version}`).join(', ')}.`]
      : []),
    ...absent.map(({ name, why }) => `Absent: ${name}: ${why}.`),
    '',
  ];
}
