// SPDX-License-Identifier: Apache-2.0
/**
 * A case: every peer in a process that stays alive, asked in turn for one repetition at a time, round after round. What
 * disturbs the machine for a while disturbs all of them.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { PeerProcess } from '../peers/peerProcess.mjs';

/** Threads of one peer must have gone to sleep before the next is asked: pools spin for some milliseconds. */
const REST = 50;
/** Before a quick call comes one that is not measured, on round 0's input: another peer has had the caches meanwhile. */
const QUICK = 500;

/** @returns [{ peer, versions, samples, output, memory }]: samples and output by job; or [{ peer, failure }] */
export async function measure({ jobs, args }, peers, { rounds, python, onProgress }) {
  const runs = [];
  try {
    for (const peer of peers) {
      onProgress(`${peer.name} …`);
      runs.push(await begin(peer, jobs, args, python));
    }
    for (let round = 1; round <= rounds; round++) {
      onProgress(`round ${round} of ${rounds} …`);
      for (const run of inTurn(runs, round)) await timeEach(run, round);
    }
    for (const run of runs.filter(isAlive)) run.memory = (await run.process.ask('memory')).peak;
  } finally {
    for (const { process } of runs) await process?.close();
  }
  return runs;
}

/** Loads, and runs each job once: for its output, and to warm it up. */
async function begin(peer, jobs, args, python) {
  const run = {
    peer,
    jobs: jobs.filter(({ task }) => peer.tasks.includes(task)),
    samples: new Map(),
    output: new Map(),
  };
  try {
    run.process = await PeerProcess.start(peer, python);
    run.versions = run.process.versions;
    const tasks = new Set(run.jobs.map(({ task }) => task));
    for (const task of tasks) await run.process.ask('load', { task, args });
    for (const job of run.jobs) {
      const { output } = await run.process.ask('run', { task: job.task, size: job.size, round: 0 });
      run.samples.set(job, []);
      run.output.set(job, output);
    }
  } catch (error) {
    run.failure = error.message;
  }
  return run;
}

async function timeEach(run, round) {
  try {
    for (const job of run.jobs) {
      const request = { task: job.task, size: job.size, round };
      const samples = run.samples.get(job);
      await pause(REST);
      if ((samples.at(-1) ?? 0) < QUICK) await run.process.ask('time', { ...request, round: 0 });
      samples.push((await run.process.ask('time', request)).ms);
    }
  } catch (error) {
    run.failure = error.message;
  }
}

/** Each round begins with another peer. */
function inTurn(runs, round) {
  const first = round % runs.length;
  return [...runs.slice(first), ...runs.slice(0, first)].filter(isAlive);
}

function isAlive({ failure }) {
  return !failure;
}
