// SPDX-License-Identifier: Apache-2.0
import type * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { Host } from './host.js';
import { sizeOf } from './sizeOf.js';

type DataIdMap = BackendWasm['dataIdMap'];
type TensorData = ReturnType<DataIdMap['get']>;

/** As in assembly/panels.ts. */
const COLUMNS_OF_PANEL = 8;

/**
 * What tfjs's backend knows about a tensor, of one whose values are held once: in panels, as our products read them, or in
 * rows, as all else does. Whoever asks for `memoryOffset` or `id` wants rows, and gets them; but tfjs also asks when the
 * tensor is disposed, which it does after it has counted `refCount` down.
 */
export class Weight implements TensorData {
  readonly shape: number[];
  readonly dtype: tf.DataType;
  refCount: number;
  private readonly tensorId: number;
  private pointer: number;
  /** Of the panels' matrix; 0 while the values stand in rows. */
  private columns = 0;

  private constructor(
    private readonly host: Host,
    data: TensorData,
  ) {
    this.shape = data.shape;
    this.dtype = data.dtype;
    this.refCount = data.refCount;
    this.tensorId = data.id;
    this.pointer = data.memoryOffset;
  }

  /** Takes the place of tfjs's own entry, if it has not yet. */
  static of(host: Host, entries: DataIdMap, dataId: object): Weight {
    const entry = entries.get(dataId);
    if (entry instanceof Weight) return entry;
    const weight = new Weight(host, entry);
    entries.set(dataId, weight);
    return weight;
  }

  panels(columns: number): number {
    if (columns !== this.columns) {
      this.unpack();
      this.pack(columns);
    }
    return this.pointer;
  }

  get memoryOffset(): number {
    if (this.refCount > 0) this.unpack();
    return this.pointer;
  }

  get id(): number {
    if (this.refCount > 0) this.unpack();
    return this.tensorId;
  }

  private pack(columns: number): void {
    const { functions } = this.host;
    const size = sizeOf(this.shape);
    const rows = size / columns;
    const panels = this.host.allocate(functions.panelBytes(rows, columns));
    functions.packPanels(rows, columns, this.pointer, columns, panels);
    this.host.free(this.pointer);
    this.host.moveTensor(this.tensorId, size, panels);
    this.pointer = panels;
    this.columns = columns;
  }

  /** In place: tfjs may hold views of the memory while it asks, which would be lost if more were allocated. */
  private unpack(): void {
    if (this.columns === 0) return;
    const { columns } = this;
    const size = sizeOf(this.shape);
    const rows = size / columns;
    const floatsOfPanels = this.host.functions.panelBytes(rows, columns) / 4;
    const panels = this.host.floats(this.pointer, floatsOfPanels).slice();
    const values = this.host.floats(this.pointer, size);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const panel = Math.floor(column / COLUMNS_OF_PANEL);
        const place = (panel * rows + row) * COLUMNS_OF_PANEL + (column % COLUMNS_OF_PANEL);
        values[row * columns + column] = panels[place];
      }
    }
    this.columns = 0;
  }
}
