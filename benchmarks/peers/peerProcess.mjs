// SPDX-License-Identifier: Apache-2.0
/** The other side of host.mjs and python.py: a peer's process, asked for one thing at a time. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CACHE } from '../inputs/paths.mjs';

const fileOf = (name) => fileURLToPath(new URL(name, import.meta.url));

export class PeerProcess {
  #child;
  #lines;

  /** @param peer one of PEERS @param python the interpreter, where the peer is in Python */
  static async start(peer, python) {
    const started = new PeerProcess();
    const [command, ...args] = commandOf(peer, python);
    // TensorFlow and OpenMP read the number of threads from here.
    const threads = String(peer.threads);
    const env = {
      ...process.env,
      TF_NUM_INTRAOP_THREADS: threads,
      OMP_NUM_THREADS: threads,
      TF_CPP_MIN_LOG_LEVEL: '2',
    };
    started.#child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    started.#lines = createInterface(started.#child.stdout)[Symbol.asyncIterator]();
    started.versions = (await started.#reply()).versions ?? {};
    return started;
  }

  /** @returns the answer @throws Error with the peer's own stack, or if it died */
  async ask(action, job = {}) {
    this.#child.stdin.write(`${JSON.stringify({ action, ...job })}\n`);
    return this.#reply();
  }

  async close() {
    if (this.#child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.stdin.end();
    await ended;
  }

  /** Libraries print what they like: only lines of JSON are answers. */
  async #reply() {
    for (;;) {
      const { value: line, done } = await this.#lines.next();
      if (done) throw new Error('The process ended without an answer.');
      if (!line.startsWith('{')) continue;
      const reply = JSON.parse(line);
      if (reply.error) throw new Error(reply.error);
      return reply;
    }
  }
}

function commandOf({ module, options = {}, nodeFlags = [], threads }, python) {
  if (module.endsWith('.py')) return [python, fileOf(module), String(threads), CACHE];
  const args = [fileOf('host.mjs'), fileOf(module), JSON.stringify(options), String(threads)];
  return [process.execPath, ...nodeFlags, ...args];
}
