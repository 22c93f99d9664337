// SPDX-License-Identifier: Apache-2.0
/** What is known of each backend that a program may compute with; node.ts and browser.ts list them, fastest first. */

export type BackendName = 'tfjs-node-gpu' | 'tfjs-node' | 'webgpu' | 'webgl' | 'wasm' | 'cpu';

export interface Backend {
  readonly name: BackendName;
  /** Its name within tfjs. */
  readonly tfName: string;
  /** Whether the program has it. If not, the next one is taken without a word. */
  isThere(): boolean;
  /** What one does to have it, to stand within a sentence. */
  readonly howToGet: string;
  /**
   * Makes tfjs know it.
   *
   * @throws Error whose message says, in whole sentences, why it should not be started
   */
  prepare(start: Start): Promise<void>;
  /** What to try if it does not start: a sentence. */
  readonly mend?: string;
}

export interface Start {
  /** By its name: then it may be slow. */
  isAskedFor: boolean;
  warn(text: string): void;
}
