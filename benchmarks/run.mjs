// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run bench`: how fast we are, beside everyone who does the same. See docs/benchmarks/README.md.
 *
 *     --cases vision,text     some of the cases        --python PATH   a Python that has torch, transformers and Pillow
 *     --peers onnx,wasm       peers of such names      --json FILE     all figures
 *     --rounds 5              repetitions              --write         results.json, table.md and plot.svg to docs/benchmarks
 */
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CASES } from './cases/index.mjs';
import { measure } from './cases/measure.mjs';
import { measureStarts } from './cases/start.mjs';
import { PEERS, whyAbsent } from './peers/index.mjs';
import { plot } from './plot.mjs';
import { machine } from './report.mjs';
import { caseResult } from './results.mjs';
import { markdown } from './table.mjs';

const DOCS = fileURLToPath(new URL('../docs/benchmarks', import.meta.url));

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: CASES.map(({ name }) => name).join() },
    peers: { type: 'string', default: '' },
    rounds: { type: 'string', default: '5' },
    python: { type: 'string' },
    json: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const onProgress = (text) => process.stderr.write(`  ${text}\n`);
const settings = { rounds: Number(values.rounds), python: values.python, onProgress };

const cases = chosenCases(values.cases);
const { present, absent } = findPeers(values.peers);
for (const { peer, why } of absent) onProgress(`absent: ${peer.name}: ${why}`);
execFileSync(process.execPath, [fileURLToPath(new URL('./inputs/prepare.mjs', import.meta.url))], {
  stdio: 'inherit',
});

const results = { cases: [] };
for (const aCase of cases) results.cases.push(await measureCase(aCase));

console.log(markdown(results));
if (values.json) await writeFile(values.json, asJson(results));
if (values.write) await writeDocs(results);
const failures = results.cases.flatMap(({ rows }) =>
  rows.filter(({ failure, isWrong }) => failure || isWrong),
);
if (failures.length > 0) {
  for (const { name, failure } of failures) {
    process.stderr.write(`${name} ${failure ?? 'computes something else'}\n`);
  }
  process.exitCode = 1;
}

async function measureCase(aCase) {
  process.stderr.write(`${aCase.title}\n`);
  const canDoIt = ({ tasks }) => tasks.includes(aCase.name);
  const circumstances = {
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    load: os.loadavg()[0], // what the machine had to do before
    rounds: settings.rounds,
    absent: absent.filter(({ peer }) => canDoIt(peer)).map(({ peer, why }) => ({ name: peer.name, why })),
  };
  const peers = present.filter(canDoIt);
  const runs = aCase.isStart ? await measureStarts(peers, settings) : await measure(aCase, peers, settings);
  return { ...circumstances, ...caseResult(aCase, runs) };
}

function chosenCases(names) {
  return names.split(',').map((name) => {
    const found = CASES.find((aCase) => aCase.name === name);
    if (found) return found;
    throw new Error(`No case '${name}'; there are ${CASES.map((aCase) => aCase.name).join(', ')}.`);
  });
}

function findPeers(wanted) {
  const [present, absent] = [[], []];
  for (const peer of PEERS.filter(({ name }) => wanted.split(',').some((part) => name.includes(part)))) {
    const why = whyAbsent(peer, values.python);
    if (why) absent.push({ peer, why });
    else present.push(peer);
  }
  return { present, absent };
}

/** Cases that were not measured now stay as they were. */
async function writeDocs({ cases: measured }) {
  await mkdir(DOCS, { recursive: true });
  const before = await readFile(`${DOCS}/results.json`, 'utf8').then(JSON.parse, () => ({ cases: [] }));
  const known = [...measured, ...before.cases];
  const all = {
    cases: CASES.map(({ name }) => known.find((result) => result.name === name)).filter(Boolean),
  };
  await writeFile(`${DOCS}/results.json`, asJson(all));
  execFileSync('npx', ['biome', 'format', '--write', 'results.json'], { cwd: DOCS }); // as the linter wants it
  await writeFile(`${DOCS}/table.md`, markdown(all));
  await writeFile(`${DOCS}/plot.svg`, plot(all));
}

function asJson(results) {
  return `${JSON.stringify(results, null, 2)}\n`;
}
