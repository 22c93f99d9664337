// SPDX-License-Identifier: Apache-2.0

export interface Traffic {
  /** Of all bodies so far. */
  bytes: number;
  /** A range was asked for, and a whole file came. */
  whole: boolean;
}

/** `fetch` that notes what comes. */
export function countingFetch(fetchFile: typeof fetch, traffic: Traffic): typeof fetch {
  return async (input, init) => {
    const response = await fetchFile(input, init);
    if (response.status === 200) traffic.whole = true;
    if (!response.body) return response;
    const counter = new TransformStream<Uint8Array, Uint8Array>({
      transform(part, controller) {
        traffic.bytes += part.length;
        controller.enqueue(part);
      },
    });
    return new Response(response.body.pipeThrough(counter), response);
  };
}
