// SPDX-License-Identifier: Apache-2.0
/** What torch.save and TorchScript put into a pickle: tensors over storages, modules, and plain containers. */
import type { DType } from '@tfjs-clip/safetensors';
import { elementCount } from '../bytes.js';
import { BrokenCheckpointError, UnsafeCheckpointError, UnsupportedCheckpointError } from '../errors.js';
import { PickleGlobal, type PickleHost, PickleObject, type PickleValue, unpickle } from './pickle.js';

export class TorchStorage {
  constructor(
    readonly dtype: DType,
    /** The name of the record that holds it. */
    readonly key: string,
    /** Elements. */
    readonly size: number,
  ) {}
}

/** Element (i, j, …) is at offset + i·strides[0] + j·strides[1] + …, counted in elements of the storage. */
export class TorchTensor {
  constructor(
    readonly storage: TorchStorage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}

  get isContiguous(): boolean {
    let expected = 1;
    for (let i = this.shape.length - 1; i >= 0; i--) {
      if (this.shape[i] !== 1 && this.strides[i] !== expected) return false;
      expected *= this.shape[i];
    }
    return true;
  }
}

const STORAGES: Readonly<Record<string, DType>> = {
  FloatStorage: 'F32',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  DoubleStorage: 'F64',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
};

/** Under which training loops keep the weights among other things. */
const STATE_KEYS = ['state_dict', 'model_state_dict', 'model'];
const MOST_DIMENSIONS = 8;
const DEEPEST_MODULE = 32;
const MOST_MODULES = 10_000;
/** What DistributedDataParallel puts before every name. */
const PARALLEL = 'module.';

/** The state dict in the pickle, by name: itself, a module's, or the one that a training loop saved beside other things. */
export function readTorchPickle(
  pickle: Uint8Array,
  file: string,
  torchScript: boolean,
): Map<string, TorchTensor> {
  const root = unpickle(pickle, torchHost(file, torchScript));
  const tensors = new Map<string, TorchTensor>();
  collect(stateOf(root), tensors, file);
  if (tensors.size === 0) {
    throw new UnsupportedCheckpointError(`${file} holds no state dict: its pickle has no tensors by name.`);
  }
  const parallel = [...tensors.keys()].every((name) => name.startsWith(PARALLEL));
  if (!parallel) return tensors;
  return new Map([...tensors].map(([name, tensor]) => [name.slice(PARALLEL.length), tensor]));
}

function torchHost(file: string, torchScript: boolean): PickleHost {
  const known = new Map<string, PickleGlobal>([
    ['collections.OrderedDict', new PickleGlobal('OrderedDict', (args) => orderedDict(args, file))],
    ['torch._utils._rebuild_tensor_v2', new PickleGlobal('tensor', (args) => tensorOf(args, file))],
    ['torch._utils._rebuild_parameter', new PickleGlobal('parameter', (args) => parameterOf(args, file))],
    ...Object.keys(STORAGES).map((name): [string, PickleGlobal] => [`torch.${name}`, new PickleGlobal(name)]),
  ]);
  return {
    file,
    global(module, name) {
      const found = known.get(`${module}.${name}`);
      // The classes that TorchScript compiled: names of attributes, nothing that runs.
      const isModule = torchScript && /^__torch__(?:$|\.)/.test(module);
      return found ?? (isModule ? new PickleGlobal(name, undefined, () => new PickleObject()) : null);
    },
    persistent: (id) => storageOf(id, file),
  };
}

function orderedDict(args: readonly PickleValue[], file: string): Map<PickleValue, PickleValue> {
  if (args.length === 0) return new Map();
  throw new UnsafeCheckpointError(file, 'its pickle makes an OrderedDict of something');
}

/** ('storage', torch.FloatStorage, key, device, elements). */
function storageOf(id: PickleValue, file: string): TorchStorage {
  const [kind, type, key, , size] = Array.isArray(id) ? id : [];
  const dtype = type instanceof PickleGlobal ? STORAGES[type.name] : undefined;
  if (kind !== 'storage' || !dtype || typeof key !== 'string' || !isSize(size)) {
    throw new UnsafeCheckpointError(file, 'its pickle refers to something that is no storage of a tensor');
  }
  return new TorchStorage(dtype, key, size);
}

/** (storage, offset, shape, strides, requires_grad, hooks). */
function tensorOf(args: readonly PickleValue[], file: string): TorchTensor {
  const [storage, offset, shape, strides] = args;
  const valid =
    storage instanceof TorchStorage &&
    isSize(offset) &&
    areSizes(shape) &&
    areSizes(strides) &&
    shape.length === strides.length &&
    shape.length <= MOST_DIMENSIONS;
  if (!valid) throw new BrokenCheckpointError(file, 'its pickle makes a tensor of something else');
  const count = elementCount(shape);
  const last = shape.reduce((sum, size, i) => sum + (size - 1) * strides[i], offset);
  // More elements than the storage has would be one element repeated: a file of bytes that becomes gigabytes.
  if (count === null || (count > 0 && (last >= storage.size || count > storage.size))) {
    throw new BrokenCheckpointError(
      file,
      `a tensor of shape [${shape}] reaches beyond its storage of ${storage.size}`,
    );
  }
  return new TorchTensor(storage, offset, shape, strides);
}

function parameterOf([tensor]: readonly PickleValue[], file: string): TorchTensor {
  if (tensor instanceof TorchTensor) return tensor;
  throw new BrokenCheckpointError(file, 'its pickle makes a parameter of something else');
}

function stateOf(root: PickleValue): PickleValue {
  if (!(root instanceof Map)) return root;
  const key = STATE_KEYS.find((candidate) => root.get(candidate) instanceof Map);
  return key === undefined ? root : root.get(key);
}

/** Modules nest; a state dict is flat, and what in it is no tensor is left. */
function collect(root: PickleValue, tensors: Map<string, TorchTensor>, file: string): void {
  let visited = 0;
  const visit = (value: PickleValue, prefix: string, depth: number) => {
    // A pickle can place one module in many places: what is walked may be far more than what was read.
    if (depth > DEEPEST_MODULE || ++visited > MOST_MODULES) {
      throw new UnsafeCheckpointError(file, 'its modules nest too deep, or are too many');
    }
    const items = value instanceof PickleObject ? value.attributes : value instanceof Map ? value : [];
    for (const [key, item] of items) {
      if (item instanceof TorchTensor) tensors.set(`${prefix}${key}`, item);
      else if (item instanceof PickleObject) visit(item, `${prefix}${key}.`, depth + 1);
    }
  };
  visit(root, '', 0);
}

function isSize(value: PickleValue): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function areSizes(value: PickleValue): value is number[] {
  return Array.isArray(value) && value.every(isSize);
}
