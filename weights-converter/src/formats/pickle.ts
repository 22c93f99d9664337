// SPDX-License-Identifier: Apache-2.0
/**
 * A restricted unpickler. A pickle is a program for a stack machine that may name and call anything in Python; this machine
 * has only the instructions that build plain containers, and only the callables that its host hands out. It does not recurse,
 * the number of instructions is limited, and nothing is allocated by a length that the pickle merely claims, so time and
 * memory are bounded. Python's Lib/pickletools.py describes the instructions.
 */
import { UnsafeCheckpointError } from '../errors.js';

export type PickleValue = unknown;

/** A callable that a host hands out, known by identity. */
export class PickleGlobal {
  constructor(
    readonly name: string,
    /** What calling it gives; absent for what may be named but not called. */
    readonly call?: (args: readonly PickleValue[]) => PickleValue,
    /** What `cls.__new__(cls)` gives. */
    readonly create?: () => PickleValue,
  ) {}
}

/** An object with attributes, which the pickle sets. */
export class PickleObject {
  readonly attributes = new Map<string, PickleValue>();
}

export interface PickleHost {
  /** What error messages call the pickle. */
  readonly file: string;
  /** null for what must not be named. */
  global(module: string, name: string): PickleGlobal | null;
  /** The object that a persistent id stands for. */
  persistent(id: PickleValue): PickleValue;
}

const MARK = Symbol('mark');
/** Of a pickle that a host reads whole. */
export const LARGEST_PICKLE = 64 * 2 ** 20;
/** A tensor takes about 25: some 40,000 tensors. */
const MOST_INSTRUCTIONS = 1_000_000;

/** @throws UnsafeCheckpointError for every instruction, name or call beyond those that weights need, and for a broken pickle */
export function unpickle(bytes: Uint8Array, host: PickleHost): PickleValue {
  return new Machine(bytes, host).run();
}

type Instruction = (machine: Machine) => void;

class Machine {
  private readonly view: DataView;
  private readonly stack: PickleValue[] = [];
  private readonly memo = new Map<number, PickleValue>();
  private at = 0;
  private stopped = false;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly host: PickleHost,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  run(): PickleValue {
    for (let count = 0; !this.stopped; count++) {
      if (count === MOST_INSTRUCTIONS) throw this.refuse(`has more than ${MOST_INSTRUCTIONS} instructions`);
      const code = this.uint(1);
      const instruction = INSTRUCTIONS[code];
      if (!instruction) {
        const shown = `0x${code.toString(16).padStart(2, '0')}`;
        throw this.refuse(`has the instruction ${shown}, which no saved weights need`);
      }
      instruction(this);
    }
    const result = this.pop();
    if (this.stack.length > 0) throw this.refuse('leaves more than one object');
    return result;
  }

  stop(): void {
    this.stopped = true;
  }

  uint(width: 1 | 2 | 4): number {
    const start = this.skip(width);
    if (width === 1) return this.view.getUint8(start);
    return width === 2 ? this.view.getUint16(start, true) : this.view.getUint32(start, true);
  }

  int32(): number {
    return this.view.getInt32(this.skip(4), true);
  }

  float64(): number {
    return this.view.getFloat64(this.skip(8), false);
  }

  /** A little-endian two's complement number of any length; beyond 2^53 it is no size of anything. */
  long(): number {
    const length = this.uint(1);
    if (length > 8) throw this.refuse(`has an integer of ${length} bytes`);
    const start = this.skip(length);
    let value = 0n;
    for (let i = 0; i < length; i++) value |= BigInt(this.bytes[start + i]) << BigInt(8 * i);
    return Number(BigInt.asIntN(8 * length, value));
  }

  text(length: number): string {
    const start = this.skip(length);
    return new TextDecoder().decode(this.bytes.subarray(start, start + length));
  }

  line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) throw this.refuse('ends within a name');
    const text = this.text(end - this.at);
    this.at = end + 1;
    return text;
  }

  skip(length: number): number {
    const start = this.at;
    if (start + length > this.bytes.length) throw this.refuse('ends too early');
    this.at = start + length;
    return start;
  }

  push(value: PickleValue): void {
    this.stack.push(value);
  }

  mark(): void {
    this.stack.push(MARK);
  }

  pop(): PickleValue {
    const value = this.stack.pop();
    if (value === undefined || value === MARK) throw this.refuse('takes more from its stack than is there');
    return value;
  }

  /** Without taking it. */
  top(): PickleValue {
    const value = this.pop();
    this.stack.push(value);
    return value;
  }

  popMany(count: number): PickleValue[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  popToMark(): PickleValue[] {
    const start = this.stack.lastIndexOf(MARK);
    if (start < 0) throw this.refuse('takes more from its stack than is there');
    const values = this.stack.splice(start);
    values.shift();
    return values;
  }

  put(index: number): void {
    this.memo.set(index, this.top());
  }

  memoize(): void {
    this.put(this.memo.size);
  }

  get(index: number): void {
    if (!this.memo.has(index)) throw this.refuse(`recalls object ${index}, which it never stored`);
    this.stack.push(this.memo.get(index));
  }

  append(values: readonly PickleValue[]): void {
    const list = this.top();
    if (!Array.isArray(list) || Object.isFrozen(list)) throw this.refuse('appends to what is no list');
    for (const value of values) list.push(value);
  }

  setItems(pairs: readonly PickleValue[]): void {
    const dict = this.top();
    if (!(dict instanceof Map) || pairs.length % 2 !== 0)
      throw this.refuse('sets an item of what is no dict');
    for (let i = 0; i < pairs.length; i += 2) {
      const key = pairs[i];
      if (typeof key !== 'string' && typeof key !== 'number') {
        throw this.refuse('has a dict whose keys are neither text nor numbers');
      }
      dict.set(key, pairs[i + 1]);
    }
  }

  global(module: string, name: string): void {
    const found = this.host.global(module, name);
    if (found) this.stack.push(found);
    else throw this.refuse(`asks Python for ${shorten(`${module}.${name}`)}, which no saved weights need`);
  }

  stackGlobal(): void {
    const [module, name] = this.popMany(2);
    if (typeof module !== 'string' || typeof name !== 'string')
      throw this.refuse('names a global without text');
    this.global(module, name);
  }

  reduce(): void {
    const [callable, args] = this.popMany(2);
    if (!(callable instanceof PickleGlobal) || !callable.call || !Array.isArray(args)) {
      throw this.refuse('calls what cannot be called');
    }
    this.stack.push(callable.call(args));
  }

  create(): void {
    const [type, args] = this.popMany(2);
    if (!(type instanceof PickleGlobal) || !type.create || !Array.isArray(args) || args.length > 0) {
      throw this.refuse('makes an object of what is no class');
    }
    this.stack.push(type.create());
  }

  /** Attributes of a dict, such as the `_metadata` of a state dict, say nothing of its items. */
  build(): void {
    const [object, state] = this.popMany(2);
    if (object instanceof PickleObject && state instanceof Map) {
      for (const [name, value] of state) object.attributes.set(String(name), value);
    } else if (!(object instanceof Map)) {
      throw this.refuse('sets attributes of what has none');
    }
    this.stack.push(object);
  }

  persistent(): void {
    this.stack.push(this.host.persistent(this.pop()));
  }

  private refuse(what: string): UnsafeCheckpointError {
    return new UnsafeCheckpointError(this.host.file, `its pickle ${what}`);
  }
}

const INSTRUCTIONS: Readonly<Record<number, Instruction>> = {
  128: (m) => m.skip(1), // PROTO
  149: (m) => m.skip(8), // FRAME
  46: (m) => m.stop(), // STOP
  40: (m) => m.mark(), // MARK
  78: (m) => m.push(null), // NONE
  136: (m) => m.push(true), // NEWTRUE
  137: (m) => m.push(false), // NEWFALSE
  74: (m) => m.push(m.int32()), // BININT
  75: (m) => m.push(m.uint(1)), // BININT1
  77: (m) => m.push(m.uint(2)), // BININT2
  138: (m) => m.push(m.long()), // LONG1
  71: (m) => m.push(m.float64()), // BINFLOAT
  88: (m) => m.push(m.text(m.uint(4))), // BINUNICODE
  140: (m) => m.push(m.text(m.uint(1))), // SHORT_BINUNICODE
  93: (m) => m.push([]), // EMPTY_LIST
  97: (m) => m.append([m.pop()]), // APPEND
  101: (m) => m.append(m.popToMark()), // APPENDS
  41: (m) => m.push(Object.freeze([])), // EMPTY_TUPLE
  133: (m) => m.push(Object.freeze(m.popMany(1))), // TUPLE1
  134: (m) => m.push(Object.freeze(m.popMany(2))), // TUPLE2
  135: (m) => m.push(Object.freeze(m.popMany(3))), // TUPLE3
  116: (m) => m.push(Object.freeze(m.popToMark())), // TUPLE
  125: (m) => m.push(new Map()), // EMPTY_DICT
  115: (m) => m.setItems(m.popMany(2)), // SETITEM
  117: (m) => m.setItems(m.popToMark()), // SETITEMS
  113: (m) => m.put(m.uint(1)), // BINPUT
  114: (m) => m.put(m.uint(4)), // LONG_BINPUT
  148: (m) => m.memoize(), // MEMOIZE
  104: (m) => m.get(m.uint(1)), // BINGET
  106: (m) => m.get(m.uint(4)), // LONG_BINGET
  99: (m) => m.global(m.line(), m.line()), // GLOBAL
  147: (m) => m.stackGlobal(), // STACK_GLOBAL
  82: (m) => m.reduce(), // REDUCE
  129: (m) => m.create(), // NEWOBJ
  98: (m) => m.build(), // BUILD
  81: (m) => m.persistent(), // BINPERSID
};

function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
