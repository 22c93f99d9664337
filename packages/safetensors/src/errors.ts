// SPDX-License-Identifier: Apache-2.0
/** The one error of this package; its `code` names the rule that was broken. FORMAT.md lists the format's rules. */

export type SafetensorsErrorCode =
  // The frame: length, header, data.
  | 'HEADER_TOO_SMALL'
  | 'HEADER_TOO_LARGE'
  | 'INVALID_HEADER_LENGTH'
  | 'INVALID_UTF8'
  | 'INVALID_HEADER_START'
  | 'INVALID_JSON'
  | 'DUPLICATE_KEY'
  | 'INVALID_METADATA'
  // One tensor's entry.
  | 'INVALID_TENSOR_ENTRY'
  | 'UNKNOWN_DTYPE'
  | 'INVALID_SHAPE'
  | 'SHAPE_OVERFLOW'
  | 'MISALIGNED_SIZE'
  | 'INVALID_OFFSETS'
  | 'SIZE_MISMATCH'
  // All tensors together.
  | 'HOLE'
  | 'OVERLAP'
  | 'TRUNCATED'
  | 'TRAILING_BYTES'
  // Sharded files.
  | 'INVALID_INDEX'
  | 'UNSAFE_SHARD_NAME'
  | 'INDEX_MISMATCH'
  // Use.
  | 'TENSOR_NOT_FOUND'
  | 'NOT_CONVERTIBLE'
  | 'INVALID_TENSOR_NAME'
  | 'INVALID_DATA'
  // The place where the bytes are.
  | 'INVALID_SOURCE'
  | 'FILE_NOT_FOUND'
  | 'READ_FAILED'
  | 'WRITE_FAILED'
  | 'HTTP_STATUS'
  | 'HTTP_RANGE'
  | 'NETWORK'
  | 'CLOSED';

export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError';

  constructor(
    readonly code: SafetensorsErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
