// SPDX-License-Identifier: Apache-2.0
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';

type BufferManager = WebGPUBackend['bufferManager'];

interface Kind {
  size: number;
  usage: number;
}

/**
 * tfjs keeps each buffer that it no longer uses for the next one of exactly as many bytes: over batches of ever other
 * sizes its pool grows without end. Here it keeps no more bytes than were ever in use at once; beyond that, those that
 * nothing has asked for the longest are given back to the device.
 */
export class BufferPool {
  /** The one asked for last comes last. */
  private readonly kinds = new Map<string, Kind>();
  private readonly acquireBuffer: BufferManager['acquireBuffer'];
  private mostBytesInUse = 0;

  constructor(private readonly manager: BufferManager) {
    this.acquireBuffer = manager.acquireBuffer.bind(manager);
    manager.acquireBuffer = (size, usage, ...rest) => {
      const name = nameOf({ size, usage });
      this.kinds.delete(name);
      this.kinds.set(name, { size, usage });
      const buffer = this.acquireBuffer(size, usage, ...rest);
      this.mostBytesInUse = Math.max(this.mostBytesInUse, manager.numBytesUsed);
      return buffer;
    };
  }

  /** To be called after a submission: no commands then wait that use a buffer of the pool. */
  trim(): void {
    let excess = this.manager.numBytesAllocated - this.manager.numBytesUsed - this.mostBytesInUse;
    if (excess <= 0) return;
    const free = this.countFree();
    for (const [name, kind] of this.kinds) {
      for (let count = free.get(name) ?? 0; count > 0 && excess > 0; count--) {
        this.destroyOne(kind);
        excess -= kind.size;
      }
    }
  }

  private countFree(): Map<string, number> {
    const { freeBuffers } = this.manager as object as { freeBuffers: Map<string, GPUBuffer[]> };
    const lists = [...freeBuffers.values()].filter((buffers) => buffers.length > 0);
    return new Map(lists.map((buffers) => [nameOf(buffers[0]), buffers.length]));
  }

  private destroyOne({ size, usage }: Kind): void {
    const buffer = this.acquireBuffer(size, usage); // Out of the pool.
    this.manager.releaseBuffer(buffer, false);
  }
}

function nameOf({ size, usage }: Kind): string {
  return `${size} ${usage}`;
}
