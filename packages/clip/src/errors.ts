// SPDX-License-Identifier: Apache-2.0
/** Everything this package throws on bad input: one class a kind, each with a `code` that programs can switch on. */

export abstract class TFCLIPError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** An argument of a call has the wrong type, rank, size or value. */
export class InvalidArgumentError extends TFCLIPError {
  readonly code = 'INVALID_ARGUMENT';
}

/** A configuration (config.json, tokenizer or preprocessor files) lacks a field, or a field has an impossible value. */
export class ConfigurationError extends TFCLIPError {
  readonly code = 'CONFIGURATION';
}

/** No model of that name: no such folder, URL, package or repository, or a file of it is absent. */
export class ModelNotFoundError extends TFCLIPError {
  readonly code = 'MODEL_NOT_FOUND';
}

/** A repository that needs a token, or one that the token given does not open. */
export class AccessError extends TFCLIPError {
  readonly code = 'ACCESS';
}

/** A file could not be fetched or stored: no connection, a server that fails or lies, a full disk. Trying again may help. */
export class DownloadError extends TFCLIPError {
  readonly code = 'DOWNLOAD';
}

/** A checkpoint is corrupt, truncated, or its tensors do not fit the configuration. */
export class CheckpointError extends TFCLIPError {
  readonly code = 'CHECKPOINT';
}

/** A picture cannot be read: not an image, broken, empty or beyond the size limit. */
export class ImageError extends TFCLIPError {
  readonly code = 'IMAGE';
}

/** The backend of TensorFlow.js that was asked for is not there or does not start. */
export class BackendError extends TFCLIPError {
  readonly code = 'BACKEND';
}

/** Text cannot be encoded as asked, such as text longer than the context without `truncation`. */
export class TokenizationError extends TFCLIPError {
  readonly code = 'TOKENIZATION';
}

/** The model was used after `dispose()`. */
export class DisposedError extends TFCLIPError {
  readonly code = 'DISPOSED';
}

/** What computed was lost, such as a graphics card whose driver was reset, and with it values that were only there. */
export class DeviceLostError extends TFCLIPError {
  readonly code = 'DEVICE_LOST';
}
