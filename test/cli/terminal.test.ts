// SPDX-License-Identifier: Apache-2.0
/** What is drawn and asked on a terminal: the bar of a slow download, the question before models are removed, interrupts. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { downloadModel } from '../../packages/clip/src/pretrained/hub/index.js';
import { COMMIT, ID, useHub, WEIGHTS } from '../hub/setting.js';
import { CTRL_C, CTRL_D, describeInTerminal, inTerminal } from './pseudoTerminal.js';

const ERASED = '\r\u001b[K';
const BAR = /downloading owner\/tiny-clip ▕[█▏▎▍▌▋▊▉ ]{4,}▏ 0\.\d of 0\.3 MB, \d+ s left/;
const INTERRUPTED = 130;

const setting = useHub();
const snapshot = () => path.join(setting.cache, 'models--owner--tiny-clip/snapshots', COMMIT);
const hubOf = () => ({ HF_ENDPOINT: setting.hub.url });

/** Sends the weights over `seconds`. */
function sendSlowly(seconds: number): void {
  const parts = 50;
  const size = WEIGHTS.length / parts;
  setting.hub.intercept = (_request, response, at) => {
    if (at === 'hub') return false;
    response.writeHead(200, { 'content-length': WEIGHTS.length });
    let sent = 0;
    const timer = setInterval(
      () => {
        response.write(WEIGHTS.subarray(sent, sent + size));
        sent += size;
        if (sent < WEIGHTS.length) return;
        clearInterval(timer);
        response.end();
      },
      (seconds * 1000) / parts,
    );
    response.on('close', () => clearInterval(timer));
    return true;
  };
}

describeInTerminal('a bar', () => {
  it('is drawn while a download takes long, fits the terminal, and is gone at its end', async () => {
    sendSlowly(3);
    const { exitCode, stdout } = await inTerminal(['download', ID], hubOf());
    expect(exitCode).toBe(0);
    const drawn = stdout.split(ERASED);
    expect(drawn.length).toBeGreaterThan(3);
    for (const line of drawn.slice(1, -1)) {
      if (line !== 'downloading owner/tiny-clip …') expect(line).toMatch(BAR);
      expect(line.length).toBeLessThan(60);
    }
    expect(drawn.at(-1)).toBe(`${snapshot()}\r\n`);
  });

  it('is not drawn where nobody wants it', async () => {
    sendSlowly(3);
    const { exitCode, stdout } = await inTerminal(['download', ID, '--quiet'], hubOf());
    expect([exitCode, stdout]).toEqual([0, `${snapshot()}\r\n`]);
  });

  it('is taken away by an interrupt, and the next download goes on', async () => {
    sendSlowly(30);
    const { exitCode, stdout } = await inTerminal(['download', ID], hubOf(), { after: '▕', keys: CTRL_C });
    expect(exitCode).toBe(INTERRUPTED);
    expect(stdout).toMatch(BAR);
    expect(stdout.split(ERASED).at(-1)).toBe('');
    setting.hub.intercept = () => false;
    setting.hub.requests.length = 0;
    await downloadModel(ID);
    expect(setting.hub.requests.filter(({ at }) => at === 'cdn')).toMatchObject([
      { range: expect.stringMatching(/^bytes=\d{4,6}-$/) },
    ]);
  });
});

describeInTerminal('cache rm', () => {
  const question = 'Remove owner/tiny-clip (300.0 kB) from the cache? [y/N] ';
  const remove = (keys: string) =>
    inTerminal(['cache', 'rm', ID], hubOf(), { after: question.trimEnd(), keys });
  beforeEach(() => downloadModel(ID));

  it.each(['y\n', 'YES\n'])('removes at %j', async (keys) => {
    const { exitCode, stdout } = await remove(keys);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(question)]);
    expect(stdout).toMatch(/\r\nremoved owner\/tiny-clip: 300\.0 kB free\r\n$/);
    expect(readdirSync(setting.cache)).not.toContain('models--owner--tiny-clip');
  });

  it.each(['n\n', '\n', 'yep\n', CTRL_D])('removes nothing at %j', async (keys) => {
    const { exitCode, stdout } = await remove(keys);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/\r\nNothing was removed\.\r\n$/);
    expect(readdirSync(snapshot())).toContain('model.safetensors');
  });

  it('removes nothing at Ctrl+C, and ends as interrupted', async () => {
    const { exitCode, stdout } = await remove(CTRL_C);
    expect(exitCode).toBe(INTERRUPTED);
    expect(stdout).toMatch(/\[y\/N\] \S*\r\n$/);
    expect(readdirSync(snapshot())).toContain('model.safetensors');
  });
});
