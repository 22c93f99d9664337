// SPDX-License-Identifier: Apache-2.0
import { TFCLIPError } from 'tfjs-clip';

/** The loss or its gradient is no longer a number. The weights are as they were before the step. */
export class DivergenceError extends TFCLIPError {
  readonly code = 'DIVERGENCE';

  constructor(
    message: string,
    readonly step: number,
    /** Of the batch's records. */
    readonly keys: readonly string[],
  ) {
    super(message);
  }
}
