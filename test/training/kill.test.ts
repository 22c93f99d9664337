// SPDX-License-Identifier: Apache-2.0
/**
 * A run whose process is killed, again and again, at random moments: what comes out is what an undisturbed one gives, to the
 * bit. Needs a build. TFJS_CLIP_KILLS=50 kills more often.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { temporaryFolder } from '../cli/command.js';

const KILLS = Number(process.env.TFJS_CLIP_KILLS ?? 6);
/** About as long as half of a run takes after its start. */
const LONGEST_LIFE_MS = 600;

const temporary = temporaryFolder();

it(`${KILLS} kills change nothing`, async () => {
  const undisturbed = path.join(temporary, 'undisturbed');
  await begin(undisturbed).ended;
  const expected = resultOf(undisturbed);
  expect(expected.log).toHaveLength(24 + 6);
  let kills = 0;
  for (let run = 0; kills < KILLS; run++) {
    const folder = path.join(temporary, `run-${run}`);
    let isKilled = true;
    while (isKilled) {
      isKilled = kills < KILLS && (await killed(folder));
      if (isKilled) kills++;
    }
    await begin(folder).ended;
    expect(resultOf(folder)).toEqual(expected);
  }
}, 1_200_000);

/** Lets a run live for a random while; whether it was killed before its end. */
async function killed(folder: string): Promise<boolean> {
  const { child, ended } = begin(folder);
  await Promise.race([once(child, 'message'), ended]);
  await Promise.race([delay(Math.random() * LONGEST_LIFE_MS), ended]);
  child.kill('SIGKILL');
  return (await ended) === 'SIGKILL';
}

function begin(folder: string) {
  const child = fork(path.join(__dirname, 'killedRun.mjs'), [folder], { execArgv: [] });
  const ended = once(child, 'exit').then(([code, signal]) => {
    if (code) throw new Error(`The run ended with exit code ${code}.`);
    return signal as NodeJS.Signals | null;
  });
  return { child, ended };
}

/** All that does not tell the time. */
function resultOf(folder: string) {
  const read = (file: string) => readFileSync(path.join(folder, file));
  const log = read('log.jsonl').toString().trimEnd().split('\n');
  return {
    names: readdirSync(folder).filter((name) => !name.startsWith('events')),
    model: read('model/model.safetensors').toString('base64'),
    state: read('checkpoint-24/training_state.safetensors').toString('base64'),
    position: JSON.parse(read('checkpoint-24/trainer_state.json').toString()),
    log: log.map((line) => ({ ...JSON.parse(line), time: null, seconds: null })),
  };
}
