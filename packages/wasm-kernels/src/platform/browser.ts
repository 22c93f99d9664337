// SPDX-License-Identifier: Apache-2.0
/** What browsers do their own way. */

export function availableParallelism(): number {
  return navigator.hardwareConcurrency ?? 1;
}

/** @param program the text of a function, which is called with `data` */
export function startWorker<Data>(
  program: string,
  data: Data,
  onTrouble: (reason: string) => void,
): { terminate(): void } {
  const text = `onmessage = ({ data }) => (${program})(data)`;
  const address = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  const worker = new Worker(address);
  worker.onerror = ({ message }) => onTrouble(message ?? 'the page forbids workers made of text');
  worker.postMessage(data);
  return worker;
}

/** @throws Error where it is not said, or does not come */
export async function readModule(address?: string | URL): Promise<Uint8Array<ArrayBuffer>> {
  if (!address) {
    throw new Error(
      'useThreads() must be told where tfjs’s module is: useThreads({ wasmFile }), the address of tfjs-backend-wasm-simd.wasm.',
    );
  }
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} answers with ${response.status}.`);
  return new Uint8Array(await response.arrayBuffer());
}
