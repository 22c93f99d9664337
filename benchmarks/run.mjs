// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run bench`: how fast we are, beside everyone who does the same. See docs/benchmarks/README.md.
 *
 *     --cases vision,text     some of the cases        --python PATH   a Python that has torch, transformers and Pillow
 *     --peers onnx,wasm       peers of such names      --json FILE     all figures
 *     --rounds 5              repetitions              --write         results.json, table.md and plot.svg to docs/benchmarks
 */
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
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
for (const { name, why } of absent) onProgress(`absent: ${name}: ${why}`);
execFileSync(process.execPath, [fileURLToPath(new URL('./inputs/prepare.mjs', import.meta.url))], {
  stdio: 'inherit',
});

const results = {
  date: new Date().toISOString().slice(0, 10),
  machine: machine(),
  load: os.loadavg()[0], // what else the machine had to do when it began
  rounds: settings.rounds,
  absent,
  cases: [],
};
for (const aCase of cases) results.cases.push(await measureCase(aCase));

console.log(markdown(results));
if (values.json) await writeFile(values.json, asJson(results));
if (values.write) await writeDocs(results);
const failures = results.cases.flatMap(({ rows }) =>
  rows.filter(({ failure, isWrong }) => failure || isWrong),
);
if (failures.length > 0) {
  for (const { name, failure } of failures)
    process.stderr.write(`${name} ${failure ?? 'computes something else'}\n`);
  process.exitCode = 1;
}

async function measureCase(aCase) {
  process.stderr.write(`${aCase.title}\n`);
  const peers = present.filter(({ tasks }) => tasks.includes(aCase.name));
  const runs = aCase.isStart ? await measureStarts(peers, settings) : await measure(aCase, peers, settings);
  return caseResult(aCase, runs);
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
    if (why) absent.push({ name: peer.name, why });
    else present.push(peer);
  }
  return { present, absent };
}

async function writeDocs(results) {
  await mkdir(DOCS, { recursive: true });
  await writeFile(`${DOCS}/results.json`, asJson(results));
  await writeFile(`${DOCS}/table.md`, markdown(results));
  await writeFile(`${DOCS}/plot.svg`, plot(results));
}

function asJson(results) {
  return `${JSON.stringify(results, null, 2)}\n`;
}
