// SPDX-License-Identifier: Apache-2.0
/** What was measured of a case, as the figures that are reported: rows of peers, by the labels of jobs. */
import { installedVersion } from './peers/installed.mjs';
import { summary, timesAsFast } from './statistics.mjs';

/** Of those that compute, the first present is whom the others' outputs are compared with. */
const REFERENCES = ['torch', 'Pillow', 'transformers in Python', 'onnxruntime-node'];

/** @param runs what measure or measureStarts gave */
export function caseResult({ name, title, isStart, jobs = [{ label: 'beyond Node' }], compare }, runs) {
  const shown = jobs.filter(({ label }) => label);
  const measured = runs.filter(({ failure }) => !failure);
  const peak = isStart ? undefined : machinePeak(jobs, measured);
  const reference =
    REFERENCES.map((peer) => measured.find((run) => run.peer.name === peer)).find(Boolean) ?? measured[0];
  const rows = runs.map(({ peer, failure, versions, samples, output, memory }) => {
    const row = { name: peer.name, threads: peer.threads, versions: { ...npmVersions(peer), ...versions } };
    if (failure) return { ...row, failure };
    const rival = measured.find((run) => run.peer.name === peer.rivals?.[name]);
    const figures = shown.map((job) => {
      const of = (run) => (isStart ? run.samples : run.samples.get(job));
      return figuresOf(job, of({ samples }), rival && of(rival), peak);
    });
    const agreement = isStart ? [] : shown.map((job) => compare(output.get(job), reference.output.get(job)));
    return {
      ...row,
      rival: rival?.peer.name,
      jobs: Object.fromEntries(shown.map(({ label }, i) => [label, figures[i]])),
      memory,
      agreement: agreement.at(-1),
      isWrong: agreement.some(({ isSame }) => !isSame),
    };
  });
  return {
    name,
    title,
    labels: shown.map(({ label }) => label),
    peak,
    reference: reference?.peer.name,
    rows,
  };
}

function figuresOf({ items, gigaflop }, samples, rivalSamples, peak) {
  const ms = summary(samples);
  return {
    ms,
    samples,
    perSecond: items && (items * 1000) / ms.median,
    timesAsFast: rivalSamples && timesAsFast(samples, rivalSamples),
    shareOfPeak: peak && gigaflop && ((gigaflop / ms.median) * 1000) / peak.gigaflops,
  };
}

/** The fastest product of matrices that any engine did in any round. */
function machinePeak(jobs, runs) {
  const job = jobs.find(({ task }) => task === 'matmul');
  const peaks = runs
    .filter(({ samples }) => job && samples.has(job))
    .map(({ peer, samples }) => ({
      name: peer.name,
      gigaflops: (job.gigaflop / Math.min(...samples.get(job))) * 1000,
    }));
  return peaks.sort((a, b) => b.gigaflops - a.gigaflops)[0];
}

function npmVersions({ packages = [] }) {
  return Object.fromEntries(packages.map((name) => [name, installedVersion(name)]));
}
