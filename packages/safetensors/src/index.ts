// SPDX-License-Identifier: Apache-2.0
/** Read and write .safetensors files. */
export { DTYPES, type DType, type TypedArray } from './dtypes.js';
export { SafetensorsError, type SafetensorsErrorCode } from './errors.js';
export { type Float8, float8ToFloat32, float32ToFloat8 } from './float8.js';
export { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from './float16.js';
export type { TensorInfo } from './header.js';
export { type OpenOptions, openSource } from './openSource.js';
export { SafetensorsReader, type TensorReader } from './reader.js';
export { ShardedReader } from './sharded.js';
export { type ByteSource, readInto } from './source.js';
export { castFloat32, type FloatDType, toFloat32 } from './toFloat32.js';
export { saveSafetensors, toSafetensorsBytes, type WritableTensor, writeSafetensors } from './writer.js';
